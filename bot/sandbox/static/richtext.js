// rich_text, table and markdown blocks as DOM.

import { channelName, groupName, userName } from "./directory.js";
import { h, link, safeUrl } from "./dom.js";
import { emojiOf } from "./emoji.js";
import { drawn } from "./glyphs.js";
import { mention } from "./mrkdwn.js";
import { exact, slackDate } from "./times.js";

const STYLES = [
  ["code", "code"],
  ["bold", "strong"],
  ["italic", "em"],
  ["strike", "s"],
  ["underline", "u"],
];

export const richText = (block) => h("div", { class: "rich" }, (block.elements ?? []).map(part));

function part(element) {
  const indent = Math.min(element.indent ?? 0, 8);
  switch (element.type) {
    case "rich_text_section":
      return h("div", { class: "rich-section" }, pieces(element));
    case "rich_text_preformatted":
      return h("pre", {}, pieces(element));
    case "rich_text_quote":
      return h("blockquote", {}, pieces(element));
    case "rich_text_list":
      return h(
        element.style === "ordered" ? "ol" : "ul",
        { style: { marginLeft: `${indent * 1.4}em` }, start: element.offset ? element.offset + 1 : null },
        (element.elements ?? []).map((item) => h("li", {}, pieces(item))),
      );
    default:
      return unsupported(element.type);
  }
}

const pieces = (element) => (element.elements ?? []).map((piece) => dressed(bare(piece), piece.style));

function dressed(node, style = {}) {
  return STYLES.reduce((inner, [name, tag]) => (style[name] ? h(tag, {}, inner) : inner), node);
}

function bare(piece) {
  switch (piece.type) {
    case "text":
      return h("span", {}, drawn(String(piece.text ?? "")));
    case "link":
      return link(piece.url, piece.text || piece.url);
    case "emoji":
      return h("span", {}, drawn(emojiOf(piece.name)));
    case "user":
      return mention(`@${userName(piece.user_id) ?? piece.user_id}`);
    case "channel":
      return mention(`#${channelName(piece.channel_id) ?? piece.channel_id}`);
    case "usergroup":
      return mention(groupName(piece.usergroup_id));
    case "broadcast":
      return mention(`@${piece.range}`);
    case "date":
      return h("time", { title: exact(piece.timestamp) }, slackDate(piece.timestamp, piece.format));
    case "color":
      return h("code", {}, piece.value);
    default:
      return unsupported(piece.type);
  }
}

export const unsupported = (type) =>
  h("div", { class: "unsupported" }, `Unsupported block: ${type ?? "no type"}`);

export function table(block) {
  const settings = block.column_settings ?? [];
  const cell = (content, column, tag) =>
    h(
      tag,
      {
        class: settings[column]?.is_wrapped ? "wrapped" : null,
        style: { textAlign: settings[column]?.align ?? "" },
        scope: tag === "th" ? "col" : null,
      },
      content?.type === "rich_text" ? richText(content) : String(content?.text ?? content?.value ?? ""),
    );
  const [head = [], ...rows] = block.rows ?? [];
  return h(
    "div",
    { class: "table-box", tabindex: "0", role: "region", "aria-label": "Table" },
    h(
      "table",
      {},
      h(
        "thead",
        {},
        h(
          "tr",
          {},
          head.map((each, column) => cell(each, column, "th")),
        ),
      ),
      h(
        "tbody",
        {},
        rows.map((row) =>
          h(
            "tr",
            {},
            row.map((each, column) => cell(each, column, "td")),
          ),
        ),
      ),
    ),
  );
}

const MARKS =
  /`([^`]+)`|\*\*(\S(?:.*?\S)?)\*\*|__(\S(?:.*?\S)?)__|~~(\S(?:.*?\S)?)~~|\*(\S(?:.*?\S)?)\*|\b_(\S(?:.*?\S)?)_\b|\[([^\]]+)\]\(([^()\s]+)\)/;
const TAGS = ["code", "strong", "strong", "s", "em", "em"];

function marked(text) {
  const found = MARKS.exec(text);
  if (!found) return [text];
  const rest = marked(text.slice(found.index + found[0].length));
  const before = text.slice(0, found.index);
  const at = found.slice(1, 7).findIndex((group) => group !== undefined);
  if (at >= 0) return [before, h(TAGS[at], {}, at ? marked(found[at + 1]) : found[1]), ...rest];
  return [before, safeUrl(found[8]) ? link(found[8], ...marked(found[7])) : found[0], ...rest];
}

const LINE_KINDS = [
  [
    /^#{1,6} +(.*)$/,
    (words) => h("p", { class: "md-heading", role: "heading", "aria-level": "4" }, marked(words)),
  ],
  [/^> ?(.*)$/, (words) => h("blockquote", {}, marked(words))],
  [
    /^\s*[-*+] +(.*)$/,
    (words) => h("div", { class: "bullet" }, h("span", { class: "mark" }, "•"), h("span", {}, marked(words))),
  ],
  [/^\s*(\d+[.)] +.*)$/, (words) => h("div", { class: "bullet" }, h("span", {}, marked(words)))],
  [/^(?:-{3,}|\*{3,})$/, () => h("hr")],
  [/^\s*$/, () => null],
];

/** Standard Markdown, as much of it as an app's answer uses; raw HTML stays text. */
export function markdown(block) {
  const parts = String(block.text ?? "").split(/^```[^\n]*\n([\s\S]*?)^```\s*$/m);
  const line = (text) => {
    for (const [pattern, make] of LINE_KINDS) {
      const found = pattern.exec(text);
      if (found) return make(found[1]);
    }
    return h("p", {}, marked(text));
  };
  return h(
    "div",
    { class: "md" },
    parts.map((piece, at) => (at % 2 ? h("pre", {}, piece) : piece.split("\n").map(line))),
  );
}
