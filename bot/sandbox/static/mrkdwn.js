// Slack's mrkdwn as DOM: *bold* _italic_ ~strike~ `code` ```pre``` > quote, lists, <links>, mentions, dates, :emoji:.
// The text is untrusted: it is taken apart here and every piece ends as a text node.

import { channelName, groupName, userName } from "./directory.js";
import { h, link, safeUrl } from "./dom.js";
import { emojiNodes } from "./emoji.js";
import { exact, slackDate } from "./times.js";

// Code and <tokens> are set aside under these two private characters while styles are looked for.
const OPEN = "\uE000";
const SHUT = "\uE001";
const ATOMS = /`([^`\n]+)`|<([^<>\n]+)>/g;
const STYLED = /(^|[^\p{L}\p{N}*_~])([*_~])(?=\S)([^\n]*?\S)\2(?![\p{L}\p{N}*_~])/u;
const STYLE_TAGS = { "*": "strong", _: "em", "~": "s" };

const decoded = (text) => text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");

export function mrkdwn(text) {
  const box = document.createDocumentFragment();
  const parts = String(text ?? "")
    .replaceAll(OPEN, "")
    .replaceAll(SHUT, "")
    .split(/```\n?([\s\S]*?)```\n?/);
  parts.forEach((part, index) => {
    if (index % 2) box.append(h("pre", {}, decoded(part)));
    else if (part) box.append(...lines(part));
  });
  return box;
}

function lines(text) {
  const out = [];
  let quote = null;
  let previous = "start";
  for (const line of text.split("\n")) {
    const [, quoted] = /^(?:>|&gt;) ?(.*)$/.exec(line) ?? [];
    const [, mark, item] = /^\s*(•|◦|-|\d{1,3}[.)]) +(.+)$/.exec(line) ?? [];
    if (quoted !== undefined) {
      if (quote) quote.append(h("br"));
      else out.push((quote = h("blockquote")));
      quote.append(...inline(quoted));
      previous = "block";
      continue;
    }
    quote = null;
    if (item !== undefined) {
      out.push(
        h(
          "div",
          { class: "bullet" },
          h("span", { class: "mark" }, mark === "-" ? "•" : mark),
          h("span", {}, inline(item)),
        ),
      );
      previous = "block";
      continue;
    }
    if (previous === "line") out.push(h("br"));
    if (line === "" && previous === "block") out.push(h("br"));
    out.push(...inline(line));
    previous = "line";
  }
  return out;
}

function inline(text) {
  const atoms = [];
  const bare = text.replace(ATOMS, (_, code, token) => {
    atoms.push(code === undefined ? tokenNode(token) : h("code", {}, decoded(code)));
    return `${OPEN}${atoms.length - 1}${SHUT}`;
  });
  return styled(bare, atoms);
}

function styled(text, atoms) {
  const found = STYLED.exec(text);
  if (!found) return leaves(text, atoms);
  const [whole, before, mark, inner] = found;
  return [
    ...leaves(text.slice(0, found.index) + before, atoms),
    h(STYLE_TAGS[mark], {}, styled(inner, atoms)),
    ...styled(text.slice(found.index + whole.length), atoms),
  ];
}

function leaves(text, atoms) {
  return text
    .split(/\uE000(\d+)\uE001/)
    .flatMap((piece, index) => (index % 2 ? [atoms[Number(piece)]] : words(piece)));
}

function words(text) {
  return text
    .split(/(https?:\/\/[^\s<>"']*[^\s<>"'.,;:!?)\]])/)
    .filter(Boolean)
    .flatMap((piece) => {
      const plain = decoded(piece);
      return /^https?:\/\//.test(piece) && safeUrl(plain) ? [link(plain, plain)] : emojiNodes(plain);
    });
}

function tokenNode(token) {
  const bar = token.indexOf("|");
  const body = bar < 0 ? token : token.slice(0, bar);
  const label = bar < 0 ? "" : decoded(token.slice(bar + 1));
  if (/^@[UW]/.test(body)) return mention(`@${userName(body.slice(1)) ?? (label || body.slice(1))}`);
  if (/^#[CG]/.test(body)) return mention(`#${channelName(body.slice(1)) ?? (label || body.slice(1))}`);
  if (/^!(channel|here|everyone)$/.test(body)) return mention(`@${body.slice(1)}`);
  if (body.startsWith("!subteam^")) return mention(label || groupName(body.slice(9)));
  if (body.startsWith("!date^")) return dateNode(body, label);
  const address = decoded(body);
  if (safeUrl(address)) return link(address, ...emojiNodes(label || address));
  if (/^mailto:/i.test(address)) return document.createTextNode(label || address.slice(7));
  return document.createTextNode(decoded(`<${token}>`));
}

export const mention = (words) => h("span", { class: "mention" }, words);

function dateNode(body, fallback) {
  const [, seconds, pattern, address] = body.split("^");
  if (!/^\d+$/.test(seconds) || !pattern) return document.createTextNode(fallback);
  const dataset = pattern === "{ago}" ? { ts: seconds } : {}; // kept up to date like a message's own time
  const time = h("time", { title: exact(seconds), dataset }, slackDate(seconds, decoded(pattern)));
  return address ? link(decoded(address), time) : time;
}
