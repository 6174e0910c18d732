// What the page knows: who is looking, where, and every message it has heard of. Views subscribe to topics.

import { ask } from "./api.js";
import { learn } from "./directory.js";
import { setClock } from "./times.js";

export const store = {
  me: null, // user id
  team: {},
  channels: new Map(), // id -> {id, name, kind, topic, unread, newFrom: ts of the first unread | null}
  messages: new Map(), // channel id -> Map(ts -> message), only for channels that were opened
  threads: new Map(), // "channel/thread_ts" -> Map(ts -> message), the same
  home: undefined, // the App Home view; null: none published yet; undefined: not asked
  place: { kind: "channel", channel: null, thread: null },
};

const listeners = new Map();

export function on(topic, fn) {
  listeners.set(topic, [...(listeners.get(topic) ?? []), fn]);
}

export function changed(...topics) {
  for (const topic of topics) for (const fn of listeners.get(topic) ?? []) fn();
}

export const threadKey = (channel, ts) => `${channel}/${ts}`;
export const inOrder = (messages) => [...(messages?.values() ?? [])].sort((a, b) => (a.ts < b.ts ? -1 : 1));
const isReply = (message) => Boolean(message.thread_ts) && message.thread_ts !== message.ts;

export async function loadState(user) {
  const state = await ask("state", { user });
  const before = store.channels;
  store.me = user;
  store.team = state.team;
  setClock(state.now);
  learn(state);
  store.channels = new Map(
    state.channels.map((channel) => [
      channel.id,
      { ...channel, unread: channel.unread ?? 0, newFrom: before.get(channel.id)?.newFrom ?? null },
    ]),
  );
  store.messages.clear();
  store.threads.clear();
}

/** Nothing of one person may be left when another looks. */
export function forget() {
  store.home = undefined;
  store.channels = new Map();
  store.messages.clear();
  store.threads.clear();
}

/** An answer that arrives after the person changed is dropped. */
async function askAsMe(path, query = {}) {
  const me = store.me;
  const answer = await ask(path, { user: me, ...query });
  if (store.me !== me) throw new Error("someone else is looking now");
  return answer;
}

// Events that came while an answer was on its way: the answer may be older than they are.
let asked = 0;
const late = [];

async function load(held, key, query, belongs) {
  if (held.has(key)) return;
  asked += 1;
  try {
    const { messages } = await askAsMe("messages", query);
    const found = new Map(messages.filter(belongs).map((message) => [message.ts, message]));
    for (const [name, event] of late)
      if (event.channel === query.channel) replay(found, name, event, belongs);
    held.set(key, found);
  } finally {
    asked -= 1;
    if (!asked) late.length = 0;
  }
}

function replay(found, name, { ts, message }, belongs) {
  if (name === "message_deleted") found.delete(ts ?? message.ts);
  else if (belongs(message) && (name !== "message_changed" || found.has(message.ts)))
    found.set(message.ts, message);
}

export const loadChannel = (id) => load(store.messages, id, { channel: id }, (message) => !isReply(message));

export const loadThread = (channel, ts) =>
  load(
    store.threads,
    threadKey(channel, ts),
    { channel, thread_ts: ts },
    (message) => message.ts === ts || message.thread_ts === ts,
  );

export const loadViews = async () => (await askAsMe("views")).views;

let published = 0;

export async function loadHome() {
  const before = published;
  const { view } = await askAsMe("home");
  if (published === before) store.home = view;
  changed("home");
}

export function publishHome(view) {
  published += 1;
  store.home = view;
  changed("home");
}

/** Tells the workspace that this channel has been read up to now: reading it is what marks it. */
export const tellRead = (id) => void ask("messages", { user: store.me, channel: id }).catch(() => {});

/** Notes where the unread part begins and counts the channel as read. */
export function markRead(id) {
  const channel = store.channels.get(id);
  if (!channel) return;
  const all = inOrder(store.messages.get(id)).filter((message) => !message.ephemeral);
  channel.newFrom = channel.unread ? (all.at(-channel.unread)?.ts ?? null) : null;
  channel.unread = 0;
}

function holders(channel, message) {
  const root = isReply(message) ? message.thread_ts : message.ts;
  const all = [store.threads.get(threadKey(channel, root))];
  if (!isReply(message)) all.push(store.messages.get(channel));
  return all.filter(Boolean);
}

/** The stream doesn't speak of a parent when its thread grows. */
function countReply(channel, thread, by) {
  for (const messages of [store.messages.get(channel), store.threads.get(threadKey(channel, thread))]) {
    const parent = messages?.get(thread);
    if (parent) messages.set(thread, { ...parent, reply_count: Math.max(0, (parent.reply_count ?? 0) + by) });
  }
}

function post({ channel, message }) {
  const known = store.threads.get(threadKey(channel, message.thread_ts))?.has(message.ts);
  for (const messages of holders(channel, message)) messages.set(message.ts, message);
  if (isReply(message) && !message.ephemeral && !known) countReply(channel, message.thread_ts, 1);
  const held = store.channels.get(channel);
  const here = store.place.kind === "channel" && store.place.channel === channel && !document.hidden;
  if (held && !here && message.user !== store.me && !isReply(message)) held.unread += 1;
}

function change({ channel, message }) {
  for (const messages of holders(channel, message))
    if (messages.has(message.ts)) messages.set(message.ts, message);
}

function remove({ channel, ts, message, thread_ts }) {
  const gone = ts ?? message.ts;
  store.messages.get(channel)?.delete(gone);
  const root = thread_ts ?? message?.thread_ts;
  if (!root || root === gone) return;
  store.threads.get(threadKey(channel, root))?.delete(gone);
  countReply(channel, root, -1);
}

const APPLY = { message: post, ephemeral: post, message_changed: change, message_deleted: remove };

/** Takes one event of the stream into the messages; other events are not the store's. */
export function apply(name, data) {
  if (!Object.hasOwn(APPLY, name)) return false;
  if (asked) late.push([name, data]);
  APPLY[name](data);
  changed("channels", "messages");
  return true;
}
