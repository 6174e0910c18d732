// The app's modals: a stack of views, opened, updated and closed by the stream, submitted and dismissed by the person.

import { act } from "./api.js";
import { renderBlocks, showErrors } from "./blocks.js";
import { h, iconButton, replace } from "./dom.js";
import { focusFirst, openLayer } from "./layers.js";
import { announce, toast } from "./notices.js";
import { number } from "./row.js";
import { store } from "./store.js";
import { plain } from "./text.js";
import { Values } from "./values.js";

const open = new Map(); // view id -> {layer, surface, draw}

const SILENT = "The app did not respond. Nothing was changed on this page; try again.";

export function viewOpened(view) {
  if (open.has(view.id)) return viewUpdated(view);
  if (!view.previous_view_id) forgetViews(); // a first modal takes the place of whatever was open
  const body = h("div", { class: "body" });
  const head = h("div", { class: "head" });
  const foot = h("div", { class: "foot" });
  const form = h("form", { class: "view", novalidate: true }, head, body, foot);
  const layer = openLayer({
    label: plain(view.title),
    kind: "modal",
    content: form,
    onClose: () => {
      open.delete(view.id);
      act("close", { user: store.me, view_id: view.id });
    },
  });
  const held = { view, layer, body, head, foot, surface: null };
  open.set(view.id, held);
  form.addEventListener("submit", (event) => (event.preventDefault(), submit(held)));
  draw(held, view);
  focusFirst(layer.panel);
  announce(`Dialog: ${plain(view.title)}`);
}

/** After a lost connection: what is open there is open here, and nothing else. */
export function syncViews(views) {
  for (const id of [...open.keys()]) if (!views.some((view) => view.id === id)) viewClosed({ id });
  for (const view of views) viewOpened(view);
}

export function viewUpdated(view) {
  const held = open.get(view.id);
  if (!held) return;
  const active = document.activeElement;
  const hadFocus = held.layer.panel.contains(active);
  const at = active?.dataset?.at;
  const known = new Set([...held.body.querySelectorAll("[data-block]")].map((block) => block.dataset.block));
  const top = held.body.scrollTop;
  draw(held, view);
  const blocks = [...held.body.querySelectorAll("[data-block]")].map((block) => block.dataset.block);
  held.body.scrollTop = blocks.some((id) => known.has(id)) ? top : 0;
  if (!hadFocus || held.layer.panel.contains(document.activeElement)) return;
  const same = at && [...held.body.querySelectorAll("[data-at]")].find((each) => each.dataset.at === at);
  (same || held.layer.panel).focus({ preventScroll: true });
}

export function viewClosed(view) {
  const held = open.get(view.id);
  open.delete(view.id);
  held?.layer.close();
}

/** Forgets every view without telling the app: the person changed, or the page lost the thread. */
export function forgetViews() {
  for (const { layer } of open.values()) layer.close();
  open.clear();
}

function draw(held, view) {
  held.view = view;
  held.surface = {
    values: new Values(held.surface?.values.all()),
    act: (payload) => click(held, payload),
  };
  held.layer.panel.setAttribute("aria-label", plain(view.title));
  replace(
    held.head,
    h("h2", {}, plain(view.title)),
    iconButton("close", "Close", () => held.layer.dismiss()),
  );
  replace(held.body, renderBlocks(view.blocks ?? [], held.surface));
  number(held.body);
  const cancel = h(
    "button",
    { type: "button", class: "button plain", on: { click: () => held.layer.dismiss() } },
    plain(view.close) || "Cancel",
  );
  const send =
    view.submit &&
    h(
      "button",
      { type: "submit", class: "button primary" },
      h("span", { class: "label" }, plain(view.submit)),
    );
  replace(held.foot, cancel, send);
}

async function click(held, payload) {
  const answer = await act("click", {
    user: store.me,
    view_id: held.view.id,
    values: held.surface.values.all(),
    ...payload,
  });
  if (!answer.ok) toast(answer.error ?? SILENT, "error");
}

async function submit(held) {
  const button = held.foot.querySelector("[type=submit]");
  if (!button || button.getAttribute("aria-busy") === "true") return;
  const lacking = missing(held);
  if (showErrors(held.body, lacking)) return held.body.querySelector("[aria-invalid=true]")?.focus();
  button.setAttribute("aria-busy", "true");
  const answer = await act("submit", {
    user: store.me,
    view_id: held.view.id,
    values: held.surface.values.all(),
  });
  button.removeAttribute("aria-busy");
  if (answer.ok) return;
  const first = answer.errors && showErrors(held.body, answer.errors);
  if (first) first.querySelector("input, textarea, select")?.focus();
  else toast(answer.error ?? Object.values(answer.errors ?? {})[0] ?? SILENT, "error");
}

/** Inputs that must be filled are asked for before the app hears of it, as Slack does. */
function missing({ view, surface }) {
  const values = surface.values.all();
  const empty = (value) => value === null || value === undefined || value === "" || value.length === 0;
  const lacking = (view.blocks ?? []).filter((block) => {
    if (block.type !== "input" || block.optional) return false;
    const { type: _, ...held } = values[block.block_id]?.[block.element.action_id] ?? {};
    return Object.values(held).every(empty);
  });
  return Object.fromEntries(lacking.map((block) => [block.block_id, "Please fill in this field."]));
}
