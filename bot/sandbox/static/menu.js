// A small list to choose from, beside the thing that opened it (a sheet from below on a phone).

import { h, isTouch } from "./dom.js";
import { drawn } from "./glyphs.js";

let open = null;

const SEARCH_FROM = 9; // options; fewer are read faster than they are searched

/**
 * choices: [{label, hint?, value, group?, checked?, lead?: Node}]. `choose` gets the value. The menu lives inside the
 * dialog of its anchor, if there is one, so that it is not inert.
 */
export function openMenu(anchor, { label, choices, choose }) {
  const wasMine = open?.anchor === anchor;
  closeMenu();
  if (wasMine) return;
  const rows = [];
  const list = h("div", { class: "menu-rows", role: "presentation" });
  let group;
  for (const choice of choices) {
    if (choice.group && choice.group !== group)
      list.append(h("div", { class: "menu-group", role: "presentation" }, choice.group));
    group = choice.group;
    rows.push(row(choice, () => (closeMenu(), choose(choice.value))));
    list.append(rows.at(-1));
  }
  if (!choices.length) list.append(h("div", { class: "menu-group" }, "Nothing to choose from"));
  const search = choices.length >= SEARCH_FROM && searchBox(rows);
  const box = h("div", { class: "menu", role: "menu", "aria-label": label }, search, list);
  const shade = h("div", { class: "menu-shade", on: { pointerdown: closeMenu } });
  box.addEventListener("keydown", (event) => keyed(event, rows, search));
  (anchor.closest(".panel") ?? document.body).append(shade, box);
  anchor.setAttribute("aria-expanded", "true");
  open = { anchor, box, shade };
  place(anchor, box);
  (
    (!isTouch() && search) ||
    rows.find((each) => each.getAttribute("aria-checked") === "true") ||
    rows[0]
  )?.focus();
}

function row(choice, pick) {
  const role = choice.checked === undefined ? "menuitem" : "menuitemradio";
  return h(
    "button",
    {
      type: "button",
      class: "menu-row",
      role,
      tabindex: "-1",
      "aria-checked": choice.checked === undefined ? null : String(choice.checked),
      on: { click: pick },
    },
    choice.lead,
    h(
      "span",
      { class: "menu-words" },
      h("span", {}, drawn(choice.label)),
      choice.hint && h("small", {}, choice.hint),
    ),
  );
}

function searchBox(rows) {
  const narrow = (event) => {
    const wanted = event.target.value.trim().toLowerCase();
    for (const each of rows) each.hidden = !each.textContent.toLowerCase().includes(wanted);
  };
  return h("input", {
    type: "search",
    class: "menu-search",
    placeholder: "Search",
    "aria-label": "Search the list",
    on: { input: narrow },
  });
}

function keyed(event, rows, search) {
  const shown = rows.filter((each) => !each.hidden);
  const at = shown.indexOf(document.activeElement);
  const moves = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: shown.length - 1 };
  if (event.key === "Tab" || event.key === "Escape") {
    event.preventDefault();
    event.stopPropagation();
    closeMenu({ refocus: true });
  } else if (event.key === "Enter" && document.activeElement === search) {
    event.preventDefault();
    shown[0]?.click();
  } else if (event.key in moves && !(document.activeElement === search && /Home|End/.test(event.key))) {
    event.preventDefault();
    event.stopPropagation();
    shown[(moves[event.key] + shown.length) % shown.length]?.focus();
  } else if (event.key.length === 1 && document.activeElement !== search) {
    event.stopPropagation();
    shown.find((each) => each.textContent.trim().toLowerCase().startsWith(event.key.toLowerCase()))?.focus();
  }
}

function place(anchor, box) {
  if (matchMedia("(max-width: 640px)").matches) return box.classList.add("from-below");
  const from = anchor.getBoundingClientRect();
  const height = box.offsetHeight;
  const below = from.bottom + 6 + height < innerHeight || from.top < height;
  const left = Math.max(8, Math.min(from.left, innerWidth - box.offsetWidth - 8));
  const top = below ? Math.min(from.bottom + 6, innerHeight - height - 8) : from.top - height - 6;
  Object.assign(box.style, { left: `${left}px`, top: `${Math.max(8, top)}px` });
}

export function closeMenu({ refocus = false } = {}) {
  if (!open) return;
  const { anchor, box, shade } = open;
  const hadFocus = box.contains(document.activeElement);
  open = null;
  box.remove();
  shade.remove();
  anchor.setAttribute("aria-expanded", "false");
  if ((refocus || hadFocus) && anchor.isConnected) anchor.focus({ preventScroll: true });
}

export const menuIsOpen = () => open !== null;
