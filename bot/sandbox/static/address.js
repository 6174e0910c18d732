// The address bar says who is looking and where, as #person/channel/thread or #person/home, so that two windows can be
// two people, a reload stays put, and the phone's back key closes a thread.

export function readAddress() {
  const [user, where, thread] = location.hash.slice(1).split("/").map(decodeURIComponent);
  const place =
    where === "home" ? { kind: "home", channel: null } : { kind: "channel", channel: where ?? null };
  return { user: user || null, place: { ...place, thread: thread ?? null } };
}

export function writeAddress(user, { kind, channel, thread }) {
  const path = [user, kind === "home" ? "home" : channel, thread].filter(Boolean);
  const hash = `#${path.map(encodeURIComponent).join("/")}`;
  if (hash === location.hash) return;
  if (location.hash) history.pushState(null, "", hash);
  else history.replaceState(null, "", hash);
}
