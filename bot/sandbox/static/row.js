// One message as a row: who, when, what, and what can be done with it.

import { act } from "./api.js";
import { renderBlocks } from "./blocks.js";
import { avatar, isApp, theApp, userName, userOf } from "./directory.js";
import { h, icon, iconButton } from "./dom.js";
import { mrkdwn } from "./mrkdwn.js";
import { toast } from "./notices.js";
import { picture } from "./picture.js";
import { store } from "./store.js";
import { exact, relative } from "./times.js";
import { Values } from "./values.js";

const CARD_BLOCKS = new Set([
  "header",
  "section",
  "actions",
  "image",
  "input",
  "table",
  "divider",
  "context",
]);

export const isCard = (message) => (message.blocks ?? []).some((block) => CARD_BLOCKS.has(block.type));
export const author = (message) =>
  (message.bot ? message.username || theApp().name : userName(message.user)) ??
  message.username ??
  message.user;

/** `before`: the row this one replaces, whose half-filled inputs live on where their ids are the same. */
export function messageRow(message, { channel, compact, openThread, before }) {
  const surface = {
    values: new Values(before?.surface.values.all()),
    act: (payload) => click(message, channel, surface, payload),
  };
  const words = h("div", { class: isCard(message) ? "card" : "said" }, content(message, surface));
  number(words);
  const row = h(
    "article",
    {
      class: `row ${compact ? "compact" : ""} ${message.ephemeral ? "ephemeral" : ""}`,
      tabindex: "-1",
      "aria-label": `${author(message)}, ${relative(message.ts)}`,
      dataset: { ts: message.ts },
    },
    h(
      "div",
      { class: "gutter" },
      compact ? stamp(message) : avatar(message.bot ? theApp().user_id : message.user),
    ),
    h(
      "div",
      { class: "row-body" },
      !compact && heading(message),
      message.ephemeral && onlyYou(),
      words,
      replies(message, openThread),
    ),
    openThread &&
      !message.ephemeral &&
      h(
        "div",
        { class: "row-tools" },
        iconButton("thread", "Reply in thread", () => openThread(message.ts)),
      ),
  );
  row.surface = surface;
  return row;
}

function content(message, surface) {
  const edited = message.edited && h("span", { class: "edited" }, " (edited)");
  const files = (message.files ?? []).map(attached);
  if (message.blocks?.length) return [renderBlocks(message.blocks, surface), edited, files];
  return [h("div", { class: "text" }, mrkdwn(message.text), edited), files];
}

function attached(file) {
  if (/^image\//.test(file.mimetype ?? ""))
    return picture({ slack_file: { id: file.id }, alt_text: file.alt_txt || file.title || file.name });
  return h("div", { class: "unsupported" }, `File: ${file.title || file.name || file.id}`);
}

/** The first three buttons (or choosers, which open) answer to 1, 2 and 3. */
export function number(root) {
  [...root.querySelectorAll("[data-press]")].slice(0, 3).forEach((button, at) => {
    button.dataset.press = String(at + 1);
    button.setAttribute("aria-keyshortcuts", String(at + 1));
  });
}

const stamp = (message) =>
  h("time", { title: exact(message.ts), dataset: { ts: message.ts } }, relative(message.ts));

function heading(message) {
  return h(
    "div",
    { class: "row-head" },
    h("span", { class: "author" }, author(message)),
    (message.bot || isApp(message.user)) && h("span", { class: "tag" }, "App"),
    userOf(message.user)?.is_guest && h("span", { class: "tag" }, "Guest"),
    stamp(message),
  );
}

const onlyYou = () => h("div", { class: "only-you" }, icon("eye"), "Only visible to you");

function replies(message, openThread) {
  if (!openThread || !message.reply_count) return null;
  const words = message.reply_count === 1 ? "1 reply" : `${message.reply_count} replies`;
  return h(
    "button",
    { type: "button", class: "replies", on: { click: () => openThread(message.ts) } },
    icon("thread"),
    words,
  );
}

async function click(message, channel, surface, payload) {
  const answer = await act("click", {
    user: store.me,
    channel,
    message_ts: message.ts,
    values: surface.values.all(),
    ...payload,
  });
  if (!answer.ok) toast(answer.error ?? "The app did not respond.", "error");
}
