// A scrolling list of messages, kept in step with the store row by row; only what changed is built again.

import { coalesced, h, icon } from "./dom.js";
import { author, isCard, messageRow } from "./row.js";
import { dayKey, dayName, millis } from "./times.js";

const FIRST = 120; // rows built at once; older ones follow when one scrolls up to them
const MORE = 120;
const TOGETHER = 5 * 60_000; // ms within which one author's messages share a heading
const NEAR = 60; // px from the end that still count as "at the end"

export function makeList(scroller, { openThread, label }) {
  const rows = h("div", { class: "rows" });
  const jump = h(
    "button",
    { type: "button", class: "jump", hidden: true, on: { click: () => toEnd() } },
    icon("down"),
    h("span"),
  );
  scroller.append(rows);
  scroller.after(jump);
  const made = new Map(); // key -> {node, stamp}
  let shown = { id: null, channel: null, messages: [] };
  let limit = FIRST;
  let atEnd = true;
  let unseen = 0;

  const toEnd = () => {
    atEnd = true;
    unseen = 0;
    scroller.scrollTop = scroller.scrollHeight;
    tell();
  };
  const tell = () => {
    jump.hidden = atEnd || unseen === 0;
    jump.lastChild.textContent = unseen === 1 ? "1 new message" : `${unseen} new messages`;
  };
  let lastTop = 0;
  const scrolled = coalesced(() => {
    const top = scroller.scrollTop;
    // Only moving up leaves the end; rows that grow (a picture arrived) don't.
    if (scroller.scrollHeight - top - scroller.clientHeight < NEAR) atEnd = true;
    else if (top < lastTop - 1) atEnd = false;
    lastTop = top;
    if (atEnd && unseen) toEnd();
    if (scroller.scrollTop < 500 && limit < shown.messages.length) older();
  });
  const older = () => {
    const below = scroller.scrollHeight - scroller.scrollTop;
    limit += MORE;
    draw();
    scroller.scrollTop = scroller.scrollHeight - below;
  };
  scroller.addEventListener("scroll", scrolled, { passive: true });
  // Pictures arrive and rows are laid out late: while one is at the end, one stays there.
  new ResizeObserver(() => atEnd && (scroller.scrollTop = scroller.scrollHeight)).observe(rows);
  new ResizeObserver(() => atEnd && (scroller.scrollTop = scroller.scrollHeight)).observe(scroller);

  function draw() {
    const items = itemsOf(shown, { limit, withThreads: Boolean(openThread) });
    if (!items.length)
      items.push({ key: "empty", stamp: [shown.empty], make: () => h("p", { class: "empty" }, shown.empty) });
    let cursor = rows.firstChild;
    const wanted = new Set();
    for (const item of items) {
      wanted.add(item.key);
      const inPlace = cursor !== null && made.get(item.key)?.node === cursor;
      const node = nodeFor(item, cursor);
      if (inPlace) cursor = node.nextSibling;
      else rows.insertBefore(node, cursor);
    }
    for (const [key, { node }] of made) {
      if (wanted.has(key)) continue;
      made.delete(key);
      node.remove();
    }
  }

  function nodeFor(item, cursor) {
    const old = made.get(item.key);
    if (old && item.stamp.every((part, at) => part === old.stamp[at])) return old.node;
    const node = item.make({ openThread, before: old?.node });
    made.set(item.key, { node, stamp: item.stamp });
    if (old) handOver(old.node, node);
    else if (shown.settled && item.message && !cursor) node.classList.add("arrived");
    return node;
  }

  /** `id` names what is shown; another id starts anew, at the end. */
  function show({ id, channel, messages, empty, newFrom }) {
    const fresh = id !== shown.id;
    const newest = shown.messages.at(-1)?.ts ?? "";
    if (fresh) {
      made.clear();
      rows.replaceChildren();
      limit = FIRST;
      atEnd = true;
      unseen = 0;
    }
    shown = { id, channel, messages, empty, newFrom, settled: !fresh };
    if (!fresh && !atEnd) {
      const came = messages.filter((message) => message.ts > newest).length;
      unseen += came;
      limit += came; // the rows being read stay where they are
    }
    scroller.setAttribute("aria-label", label(shown));
    draw();
    if (atEnd) toEnd();
    else tell();
  }
  return { show, toEnd, stick: () => (atEnd = true) };
}

/** The new row takes the old one's place, and its focus if that was inside. */
function handOver(old, node) {
  const held = old.contains(document.activeElement) ? document.activeElement : null;
  old.replaceWith(node);
  node.classList.add("changed");
  if (!held) return;
  const same =
    held.dataset.at &&
    [...node.querySelectorAll("[data-at]")].find((each) => each.dataset.at === held.dataset.at);
  (same || node).focus({ preventScroll: true });
}

function itemsOf({ channel, messages, newFrom }, { limit, withThreads }) {
  const items = [];
  let before = null;
  for (const message of messages.slice(-limit)) {
    if (!before || dayKey(before.ts) !== dayKey(message.ts)) {
      const name = dayName(message.ts);
      items.push({ key: `day ${dayKey(message.ts)}`, stamp: [name], make: () => separator("day", name) });
      before = null;
    }
    if (newFrom === message.ts) {
      items.push({ key: "new", stamp: [newFrom], make: () => separator("new", "New") });
      before = null;
    }
    const compact = follows(before, message);
    items.push({
      key: message.ts,
      message,
      stamp: [message, compact, withThreads],
      make: ({ openThread, before: old }) =>
        messageRow(message, { channel, compact, openThread, before: old }),
    });
    before = message;
  }
  return items;
}

function follows(before, message) {
  return (
    before !== null &&
    !isCard(message) &&
    !isCard(before) &&
    !message.ephemeral &&
    !before.ephemeral &&
    author(before) === author(message) &&
    millis(message.ts) - millis(before.ts) < TOGETHER
  );
}

const separator = (kind, words) =>
  h("div", { class: `separator ${kind}`, role: "separator" }, h("span", {}, words));
