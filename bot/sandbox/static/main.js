// Brings the page to life: follows one person's stream, draws what the store holds, and moves between places.

import { readAddress, writeAddress } from "./address.js";
import { act, follow } from "./api.js";
import { openCalls, refreshCalls } from "./calls.js";
import { makeComposer } from "./composer.js";
import { theApp, userOf } from "./directory.js";
import { coalesced, isTouch } from "./dom.js";
import { drawHome } from "./home.js";
import { listenForKeys, showKeys } from "./keys.js";
import { closeAllLayers } from "./layers.js";
import { makeList } from "./list.js";
import { closeMenu } from "./menu.js";
import { forgetViews, syncViews, viewClosed, viewOpened, viewUpdated } from "./modal.js";
import { announce, toast } from "./notices.js";
import { author } from "./row.js";
import { channelTitle, drawSidebar, greeting, unreadTotal } from "./sidebar.js";
import * as data from "./store.js";
import { refreshTimes } from "./times.js";
import { drawThreadTop, drawTop } from "./tops.js";

const FIRST_PERSON = "U0ANA"; // of the workspace's usual cast; whom one is until one says otherwise

const { store } = data;
const at = (id) => document.getElementById(id);
let stopFollowing = () => {};

const messages = makeList(at("messages"), { openThread, label: () => `Messages in ${title()}` });
const replies = makeList(at("replies"), { openThread: null, label: () => "Thread" });
const composer = makeComposer(at("composer"), { target: channelTarget, sent: () => messages.toEnd() });
const threadComposer = makeComposer(at("thread-composer"), {
  target: threadTarget,
  sent: () => replies.toEnd(),
});

const here = () => store.channels.get(store.place.channel);
const title = () =>
  store.place.kind === "home" ? `${theApp().name ?? "App"} Home` : here() ? channelTitle(here()) : "";

const placeName = () => (here()?.kind === "im" ? title() : `#${title()}`);

function channelTarget() {
  return { channel: store.place.channel, placeholder: `Message ${placeName()}` };
}

function threadTarget() {
  return { channel: store.place.channel, thread_ts: store.place.thread, placeholder: "Reply…" };
}

// -- drawing ------------------------------------------------------------------------------------

const drawNav = coalesced(() => {
  drawSidebar(at("sidebar"), { go, become, showCalls: openCalls, showKeys });
  const total = unreadTotal();
  document.title = `${total ? `(${total}) ` : ""}${title()} · ${store.team?.name ?? "Workspace"}`;
  document.querySelector(".menu-toggle")?.classList.toggle("dotted", total > 0);
});

const drawMessages = coalesced(() => {
  const { kind, channel, thread } = store.place;
  if (kind === "channel" && store.messages.has(channel)) {
    messages.show({
      id: `${store.me}/${channel}`,
      channel,
      messages: data.inOrder(store.messages.get(channel)),
      newFrom: here()?.newFrom,
      empty: "Nothing here yet. What people and the app write will appear at once.",
    });
  }
  const held = store.threads.get(data.threadKey(channel, thread));
  if (thread && held)
    replies.show({
      id: `${store.me}/${channel}/${thread}`,
      channel,
      messages: data.inOrder(held),
      empty: "This thread is gone.",
    });
});

function drawPlace() {
  const { kind, thread } = store.place;
  at("home").hidden = kind !== "home";
  at("messages").parentElement.hidden = kind === "home";
  at("composer").hidden = kind === "home";
  at("thread").hidden = !thread;
  at("app").classList.toggle("with-thread", Boolean(thread));
  const channel = kind === "home" ? null : here();
  drawTop(at("top"), { title: title(), channel, openSidebar: () => showSidebar(true), become });
  drawNav();
  composer.refresh();
  if (thread) {
    drawThreadTop(at("thread-top"), { place: placeName(), close: closeThread });
    threadComposer.refresh();
  }
  if (kind === "home") drawHome(at("home"));
  drawMessages();
}

data.on("channels", drawNav);
data.on("messages", drawMessages);
data.on("home", () => store.place.kind === "home" && drawHome(at("home")));

// -- moving about --------------------------------------------------------------------------------

async function go(place) {
  const thread = place.thread ?? null;
  if (store.place.channel && store.place.channel !== place.channel && store.messages.has(store.place.channel))
    data.tellRead(store.place.channel);
  store.place = { kind: place.kind, channel: place.channel ?? null, thread };
  showSidebar(false);
  writeAddress(store.me, store.place);
  try {
    if (place.kind === "home") {
      drawPlace();
      await openHome();
    } else {
      await data.loadChannel(place.channel);
      data.markRead(place.channel);
      if (thread) await data.loadThread(place.channel, thread);
      if (store.place.channel === place.channel) drawPlace();
    }
  } catch {
    toast("That could not be loaded. Is the workspace still running?", "error");
  }
}

async function openHome() {
  const told = act("open_home", { user: store.me });
  await data.loadHome();
  const answer = await told;
  if (!answer.ok) toast(answer.error ?? "The app did not respond.", "error");
}

async function openThread(ts) {
  await go({ ...store.place, thread: ts });
  replies.stick();
  if (isTouch()) at("replies").focus({ preventScroll: true });
  else threadComposer.focus();
}

function closeThread() {
  const { thread } = store.place;
  if (!thread) return false;
  store.place = { ...store.place, thread: null };
  writeAddress(store.me, store.place);
  drawPlace();
  const row = [...at("messages").querySelectorAll(".row")].find((each) => each.dataset.ts === thread);
  (row ?? at("messages")).focus({ preventScroll: true });
  return true;
}

function showSidebar(open) {
  const was = at("app").classList.contains("sidebar-open");
  at("app").classList.toggle("sidebar-open", open);
  if (open) at("sidebar").querySelector("[aria-current], button")?.focus();
  else if (was) at("top").querySelector("button")?.focus({ preventScroll: true });
  return was;
}

// -- the stream ----------------------------------------------------------------------------------

async function refetch() {
  await data.loadState(store.me);
  const first =
    [...store.channels.values()].find((channel) => channel.kind !== "im") ?? [...store.channels.values()][0];
  syncViews(await data.loadViews());
  const { kind, channel, thread } = store.place;
  if (kind === "home") return go({ kind: "home" });
  const known = store.channels.has(channel);
  await go({ kind: "channel", channel: known ? channel : first?.id, thread: known ? thread : null });
}

const VIEW_EVENTS = { view_opened: viewOpened, view_updated: viewUpdated, view_closed: viewClosed };

function take(name, event) {
  refreshCalls();
  if (data.apply(name, event)) return speak(name, event);
  if (name === "home_published" || event.view?.type === "home") {
    data.publishHome(event.view);
  } else if (name in VIEW_EVENTS) VIEW_EVENTS[name](event.view);
  else if (name === "notice") toast(event.text);
}

function speak(name, { channel, message }) {
  if ((name !== "message" && name !== "ephemeral") || message.user === store.me) return;
  const elsewhere =
    channel === store.place.channel
      ? ""
      : ` in ${channelTitle(store.channels.get(channel) ?? { name: channel })}`;
  announce(`${author(message)}${elsewhere}: ${message.text ?? ""}`);
}

async function start(user) {
  stopFollowing();
  store.me = user;
  stopFollowing = follow(user, { refetch, event: take, line: (up) => (at("offline").hidden = up) });
}

async function become(user, place = { ...store.place, thread: null }) {
  if (user === store.me) return;
  closeMenu();
  forgetViews();
  closeAllLayers();
  data.forget();
  store.place = place;
  await start(user);
  announce(greeting());
}

async function begin() {
  const address = readAddress();
  store.place = address.place;
  try {
    await data.loadState(address.user ?? FIRST_PERSON).catch(() => data.loadState(FIRST_PERSON));
    await start(store.me);
  } catch {
    at("offline").hidden = false;
    setTimeout(begin, 1500);
  }
}

listenForKeys({
  openThread,
  closeThread,
  closeSidebar: () => showSidebar(false),
  compose: () => composer.focus(),
});
at("veil").addEventListener("click", () => showSidebar(false));
setInterval(refreshTimes, 30_000);
document.addEventListener("visibilitychange", () => {
  if (document.hidden || store.place.kind !== "channel" || !store.messages.has(store.place.channel)) return;
  data.markRead(store.place.channel);
  data.changed("channels", "messages");
});
addEventListener("hashchange", () => {
  const { user, place } = readAddress();
  if (user && user !== store.me && userOf(user)) become(user, place);
  else if (place.kind === "home" || store.channels.has(place.channel)) go(place);
});
begin();
