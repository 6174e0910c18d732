// The keyboard: j/k between cards with buttons, 1–3 to press, t thread, Esc close, ? help.

import { h, iconButton, isTyping } from "./dom.js";
import { openLayer, topLayer } from "./layers.js";
import { closeMenu, menuIsOpen } from "./menu.js";

const HELP = [
  [["j", "↓"], "next message with buttons"],
  [["k", "↑"], "previous message with buttons"],
  [["1", "2", "3"], "press its first, second, third button"],
  [["t"], "open its thread"],
  [["/"], "type a command"],
  [["Esc"], "close what is open"],
  [["?"], "show these keys"],
];

/** does: {openThread(ts), closeThread(), closeSidebar(), compose()} */
export function listenForKeys(does) {
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") return escape(event, does);
    if (isTyping(event.target) || menuIsOpen()) return;
    const handled = topLayer() ? inDialog(event.key) : onPage(event.key, does);
    if (handled) event.preventDefault();
  });
}

function escape(event, does) {
  event.preventDefault();
  if (menuIsOpen()) closeMenu({ refocus: true });
  else if (topLayer()) topLayer().dismiss();
  else if (!does.closeSidebar() && !does.closeThread()) document.activeElement?.blur();
}

function inDialog(key) {
  return /^[123]$/.test(key) && pressIn(topLayer().panel, key);
}

function onPage(key, does) {
  const row = document.activeElement?.closest?.(".row");
  if (key === "j" || key === "ArrowDown") return step(row, 1);
  if (key === "k" || key === "ArrowUp") return step(row, -1);
  if (/^[123]$/.test(key)) return Boolean(row) && pressIn(row, key);
  if (key === "t" && row?.querySelector(".row-tools")) return (does.openThread(row.dataset.ts), true);
  if (key === "/") return (does.compose(), true);
  if (key === "?") return (showKeys(), true);
  return false;
}

function pressIn(root, key) {
  const button = root.querySelector(`[data-press="${key}"]`);
  button?.click();
  return Boolean(button);
}

function step(row, way) {
  const scope = row?.closest(".scroller") ?? document.getElementById("messages");
  const rows = [...scope.querySelectorAll(".row")].filter((each) => each.querySelector("[data-press]"));
  if (!rows.length) return false;
  const next = row ? neighbour(row, rows, way) : first(rows, scope, way);
  if (!next) return true;
  next.focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
  return true;
}

function neighbour(row, rows, way) {
  const after = (each) => Boolean(row.compareDocumentPosition(each) & Node.DOCUMENT_POSITION_FOLLOWING);
  return way > 0 ? rows.find(after) : rows.filter((each) => each !== row && !after(each)).at(-1);
}

function first(rows, scope, way) {
  if (way < 0) return rows.at(-1);
  const top = scope.getBoundingClientRect().top;
  return rows.find((each) => each.getBoundingClientRect().top >= top) ?? rows.at(-1);
}

export function showKeys() {
  const layer = openLayer({
    label: "Keys",
    kind: "confirm",
    content: [
      h(
        "div",
        { class: "head" },
        h("h2", {}, "Keys"),
        iconButton("close", "Close", () => layer.dismiss()),
      ),
      h(
        "dl",
        { class: "keys" },
        HELP.map(([keys, words]) => [
          h(
            "dt",
            {},
            keys.map((key) => h("kbd", {}, key)),
          ),
          h("dd", {}, words),
        ]),
      ),
    ],
  });
}
