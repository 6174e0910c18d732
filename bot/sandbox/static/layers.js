// Everything that lies over the page: dialogs on a stack, each trapping focus while it is on top.

import { h, isTouch } from "./dom.js";

const stack = [];
const host = () => document.getElementById("layers");
const page = () => document.getElementById("app");

const FOCUSABLE =
  'a[href], button:not([disabled]), input:not([disabled]), select:not([disabled]), textarea:not([disabled]), [tabindex="0"]';

/**
 * Puts `content` (a list of nodes) over the page as a dialog. `onClose` runs when a person dismisses it (Esc, backdrop,
 * its own buttons calling dismiss()); close() takes it away without asking.
 */
export function openLayer({ label, content, kind = "sheet", role = "dialog", onClose = () => {} }) {
  const before = document.activeElement;
  const panel = h(
    "div",
    { class: `panel ${kind}`, role, "aria-modal": "true", "aria-label": label, tabindex: "-1" },
    content,
  );
  const shade = h("div", { class: `shade for-${kind}` }, panel);
  const layer = { panel, shade, dismiss, close };
  let pressedOutside = false;

  shade.addEventListener("pointerdown", (event) => (pressedOutside = event.target === shade));
  shade.addEventListener("click", (event) => event.target === shade && pressedOutside && dismiss());
  panel.addEventListener("keydown", (event) => event.key === "Tab" && cycle(event, panel));

  function dismiss() {
    if (!stack.includes(layer)) return;
    close();
    onClose();
  }
  function close() {
    const at = stack.indexOf(layer);
    if (at < 0) return;
    stack.splice(at, 1);
    shade.remove();
    settle();
    if (at === stack.length)
      (before?.isConnected ? before : document.getElementById("messages"))?.focus({ preventScroll: true });
  }

  stack.push(layer);
  host().append(shade);
  settle();
  focusFirst(panel);
  return layer;
}

function settle() {
  page().inert = stack.length > 0;
  stack.forEach((layer, index) => (layer.shade.inert = index < stack.length - 1));
}

/** What the app asks to focus; else the first input, unless there are buttons to press (1–3) or a touch keyboard. */
export function focusFirst(panel) {
  const input =
    panel.querySelector("[data-press]") || isTouch() ? null : ".body :is(input, textarea, select)";
  const first = panel.querySelector("[autofocus]") ?? (input && panel.querySelector(input)) ?? panel;
  first.focus({ preventScroll: true });
}

function cycle(event, panel) {
  const stops = [...panel.querySelectorAll(FOCUSABLE)].filter((element) => element.getClientRects().length);
  if (!stops.length) return event.preventDefault();
  const first = stops[0];
  const last = stops.at(-1);
  const active = document.activeElement;
  if (event.shiftKey && (active === first || active === panel)) {
    event.preventDefault();
    last.focus();
  } else if (!event.shiftKey && active === last) {
    event.preventDefault();
    first.focus();
  }
}

export const topLayer = () => stack.at(-1);
export const closeAllLayers = () => [...stack].reverse().forEach((layer) => layer.close());
