// The bars over the centre and the thread: where one is, and the ways out.

import { h, icon, iconButton, replace } from "./dom.js";
import { meButton } from "./sidebar.js";

/** channel is null on App Home; does: {openSidebar, become}. */
export function drawTop(host, { title, channel, openSidebar, become }) {
  const kind = channel === null ? "home" : channel?.kind === "im" ? "thread" : "hash";
  replace(
    host,
    iconButton("menu", "Open the sidebar", openSidebar, { class: "menu-toggle" }),
    h("h1", {}, icon(kind), h("span", {}, title)),
    channel?.topic && h("p", { class: "topic", title: channel.topic }, channel.topic),
    h("span", { class: "grow" }),
    meButton(become, { short: true }),
  );
}

export function drawThreadTop(host, { place, close }) {
  replace(
    host,
    iconButton("back", "Back to the channel", close, { class: "thread-back" }),
    h("h2", {}, "Thread"),
    h("span", { class: "topic" }, place),
    h("span", { class: "grow" }),
    iconButton("close", "Close thread", close, { class: "thread-close" }),
  );
}
