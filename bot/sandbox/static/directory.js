// Who and what the ids on the page stand for.

import { h } from "./dom.js";
import { emojiNodes } from "./emoji.js";

const users = new Map();
const groups = new Map();
const channels = new Map();
let app = {};

export function learn(state) {
  users.clear();
  groups.clear();
  channels.clear();
  for (const user of state.users) users.set(user.id, user);
  for (const group of state.groups) groups.set(group.id, group);
  for (const channel of state.channels) channels.set(channel.id, channel);
  app = state.app ?? {};
}

const wordsFor = (user) => user && (user.real_name || user.name);

export const theApp = () => app;
export const isApp = (id) => Boolean(id) && id === app.user_id;
export const people = () =>
  [...users.values()].filter((user) => !isApp(user.id) && !user.is_bot && !user.deleted);
export const userOf = (id) => users.get(id);
export const userName = (id) => (isApp(id) ? app.name : wordsFor(users.get(id)));
export const channelName = (id) => channels.get(id)?.name;
export const groupName = (id) => `@${groups.get(id)?.handle ?? id}`;
export const firstName = (id) => (userName(id) ?? id ?? "someone").split(" ")[0];

const FALLBACK_COLOURS = ["#3c6e71", "#7a5c3e", "#5b5f97", "#8a4f5c", "#4d7c4a", "#6b5876"];

function colourOf(id, wanted) {
  const hex = /^#?([0-9a-f]{6})$/i.exec(wanted ?? "")?.[1];
  if (hex) return `#${hex}`;
  const sum = [...String(id)].reduce((total, letter) => total + letter.codePointAt(0), 0);
  return FALLBACK_COLOURS[sum % FALLBACK_COLOURS.length];
}

/** The colour darkened until white initials are legible on it (contrast 4.5). */
function darkened(colour) {
  const parts = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
  const light = ([r, g, b]) => [0.2126 * r, 0.7152 * g, 0.0722 * b].reduce((sum, part) => sum + part, 0);
  const linear = (part) =>
    part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4;
  while (1.05 / (light(parts.map(linear)) + 0.05) < 4.6)
    parts.forEach((part, at) => (parts[at] = part * 0.94));
  return `rgb(${parts.map(Math.round).join(" ")})`;
}

/** A round for people, a rounded square for the app. */
export function avatar(id, { size = "" } = {}) {
  if (isApp(id) || !users.has(id))
    return h("span", { class: `avatar robot ${size}`, "aria-hidden": "true" }, appMark());
  const colour = colourOf(id, users.get(id).color);
  const initials = (userName(id) ?? "?")
    .split(/\s+/)
    .slice(0, 2)
    .map((word) => [...word][0])
    .join("")
    .toUpperCase();
  return h(
    "span",
    { class: `avatar ${size}`, "aria-hidden": "true", style: { backgroundColor: darkened(colour) } },
    initials,
  );
}

function appMark() {
  if (/^(https?:|\/)/.test(app.icon ?? "")) return h("img", { src: app.icon, alt: "" });
  return emojiNodes(app.icon || ":robot_face:");
}
