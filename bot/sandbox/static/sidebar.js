// The sidebar: where one can go, what is unread, and as whom one is here.

import { avatar, firstName, people, theApp, userName } from "./directory.js";
import { h, icon, replace } from "./dom.js";
import { openMenu } from "./menu.js";
import { store } from "./store.js";

export const channelTitle = (channel) =>
  channel.kind === "im" ? (theApp().name ?? channel.name) : channel.name;

/** go(place) navigates; become(user) switches the person; showCalls(), showKeys() open their panels. */
export function drawSidebar(host, { go, become, showCalls, showKeys }) {
  const held = document.activeElement?.dataset?.stop;
  const channels = [...store.channels.values()];
  const rooms = channels.filter((channel) => channel.kind !== "im");
  const direct = channels.filter((channel) => channel.kind === "im");
  const entry = (channel) => channelEntry(channel, () => go({ kind: "channel", channel: channel.id }));
  replace(
    host,
    h(
      "div",
      { class: "brand" },
      h("span", { class: "brand-mark", "aria-hidden": "true" }, icon("check")),
      h("span", { class: "brand-name" }, store.team?.name ?? "Workspace"),
    ),
    h(
      "div",
      { class: "places" },
      item({
        stop: "home",
        current: store.place.kind === "home",
        lead: icon("home"),
        words: `${theApp().name ?? "App"} Home`,
        onClick: () => go({ kind: "home" }),
      }),
      h("h2", { class: "places-title" }, "Channels"),
      rooms.map(entry),
      h("h2", { class: "places-title" }, "Direct messages"),
      direct.map(entry),
    ),
    h(
      "div",
      { class: "sidebar-foot" },
      item({ stop: "calls", lead: icon("list"), words: "What the app sent", onClick: showCalls }),
      item({ stop: "keys", lead: icon("keys"), words: "Keys", onClick: showKeys }),
      meButton(become),
    ),
  );
  if (held) host.querySelector(`[data-stop="${CSS.escape(held)}"]`)?.focus({ preventScroll: true });
}

function item({ stop, current = false, lead, words, unread = 0, onClick }) {
  return h(
    "button",
    {
      type: "button",
      class: `place ${unread ? "unread" : ""}`,
      dataset: { stop },
      "aria-current": current ? "page" : null,
      on: { click: onClick },
    },
    lead,
    h("span", { class: "place-name" }, words),
    unread > 0 &&
      h(
        "span",
        { class: "badge" },
        unread > 99 ? "99+" : unread,
        h("span", { class: "visually-hidden" }, " unread"),
      ),
  );
}

function channelEntry(channel, onClick) {
  return item({
    stop: channel.id,
    current: store.place.kind === "channel" && store.place.channel === channel.id,
    lead: channel.kind === "im" ? avatar(theApp().user_id, { size: "small" }) : icon("hash"),
    words: channelTitle(channel),
    unread: channel.unread,
    onClick,
  });
}

/** "You are: Ana" – opens the list of people one can be. */
export function meButton(become, { short = false } = {}) {
  const made = h(
    "button",
    {
      type: "button",
      class: short ? "me short" : "me",
      dataset: { stop: short ? "me-short" : "me" },
      "aria-haspopup": "menu",
      "aria-expanded": "false",
      "aria-label": `You are: ${userName(store.me)}. Act as another person`,
    },
    avatar(store.me, { size: short ? "small" : "" }),
    !short && h("span", { class: "me-words" }, h("small", {}, "You are"), h("span", {}, userName(store.me))),
    !short && icon("chevron"),
  );
  const choices = () =>
    people().map((user) => ({
      label: userName(user.id),
      hint: user.is_guest ? "Guest" : `@${user.name}`,
      value: user.id,
      checked: user.id === store.me,
      lead: avatar(user.id, { size: "small" }),
    }));
  made.addEventListener("click", () =>
    openMenu(made, { label: "Act as another person", choices: choices(), choose: become }),
  );
  return made;
}

export const unreadTotal = () =>
  [...store.channels.values()].reduce((sum, channel) => sum + channel.unread, 0);
export const greeting = () => `You are now ${firstName(store.me)}.`;
