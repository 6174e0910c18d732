// Block Kit blocks as DOM. surface = {act(payload), values: Values, errors?: {block_id: words}}.

import { element } from "./elements.js";
import { h } from "./dom.js";
import { picture } from "./picture.js";
import { markdown, richText, table, unsupported } from "./richtext.js";
import { plain, plainNodes, textNodes } from "./text.js";

const MAKERS = {
  header: (block) =>
    h(
      `h${Math.min((block.level ?? 1) + 2, 6)}`,
      { class: `b-header level-${block.level ?? 1}` },
      plainNodes(block.text),
    ),
  section,
  divider: () => h("hr"),
  context,
  actions,
  image,
  input,
  rich_text: richText,
  table,
  data_table: (block) => h("figure", {}, h("figcaption", {}, block.caption), table(block)),
  markdown,
  alert: (block) =>
    h(
      "div",
      { class: `b-alert ${block.level ?? "default"}`, role: "note" },
      h("div", { class: "text" }, textNodes(block.text)),
    ),
  container,
};

export function renderBlocks(blocks, surface) {
  return h(
    "div",
    { class: "blocks" },
    blocks.map((block) => one(block, surface)),
  );
}

function one(block, surface) {
  if (!Object.hasOwn(MAKERS, block.type)) return unsupported(block.type);
  const made = MAKERS[block.type](block, surface);
  made.classList.add("block");
  if (block.block_id) made.dataset.block = block.block_id;
  return made;
}

const placed = (block, surface) => ({ block_id: block.block_id, surface, dispatch: true });

function section(block, surface) {
  const words = h(
    "div",
    { class: "b-words" },
    block.text && h("div", { class: "text" }, textNodes(block.text)),
    block.fields &&
      h(
        "div",
        { class: "fields" },
        block.fields.map((field) => h("div", { class: "text" }, textNodes(field))),
      ),
  );
  const side =
    block.accessory && h("div", { class: "b-side" }, element(block.accessory, placed(block, surface)));
  return h("div", { class: `b-section ${block.accessory?.type === "image" ? "pictured" : ""}` }, words, side);
}

function context(block) {
  const parts = (block.elements ?? []).map((part) => {
    if (part.type === "image") return picture(part, { thumb: true });
    return h("span", { class: "text" }, textNodes(part));
  });
  return h("div", { class: "b-context" }, parts);
}

function actions(block, surface) {
  const made = (block.elements ?? []).map((spec) => element(spec, placed(block, surface)));
  return h("div", { class: "b-actions", role: "group", "aria-label": "Actions" }, made);
}

function image(block) {
  return h(
    "figure",
    { class: "b-image" },
    block.title && h("figcaption", {}, plain(block.title)),
    picture(block),
  );
}

function container(block, surface) {
  const title = block.rich_text_title ? richText(block.rich_text_title) : plainNodes(block.title);
  const heading = [h("strong", {}, title), block.subtitle && h("small", {}, textNodes(block.subtitle))];
  const inner = renderBlocks(block.child_blocks ?? [], surface);
  if (!block.is_collapsible)
    return h("div", { class: "b-container" }, h("div", { class: "b-container-title" }, heading), inner);
  return h(
    "details",
    { class: "b-container", open: !block.default_collapsed },
    h("summary", { class: "b-container-title" }, heading),
    inner,
  );
}

let hints = 0;

function input(block, surface) {
  const label = plain(block.label);
  const hintId = `hint-${(hints += 1)}`;
  const place = {
    block_id: block.block_id,
    surface,
    label,
    hintId,
    dispatch: block.dispatch_action === true,
  };
  const box = h(
    "div",
    { class: "b-input" },
    h(
      "div",
      { class: "input-label", "aria-hidden": "true" },
      label,
      block.optional && h("small", {}, " optional"),
    ),
    element(block.element ?? {}, place),
    h("div", { class: "input-note", id: hintId }, h("span", { class: "hint" }, plain(block.hint))),
  );
  return box;
}

/** Puts the app's words about wrong inputs beside them; returns the first marked box. */
export function showErrors(root, errors) {
  for (const old of root.querySelectorAll(".input-error")) old.remove();
  let first = null;
  for (const box of root.querySelectorAll(".b-input")) {
    const words = errors[box.dataset.block];
    box.classList.toggle("wrong", Boolean(words));
    for (const control of box.querySelectorAll("input, textarea, select"))
      control.setAttribute("aria-invalid", String(Boolean(words)));
    if (!words) continue;
    box.querySelector(".input-note").prepend(h("span", { class: "input-error", role: "alert" }, words));
    first ??= box;
  }
  return first;
}
