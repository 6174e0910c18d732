// "What the app sent": the Web API calls the workspace has received, newest first.

import { ask } from "./api.js";
import { channelName } from "./directory.js";
import { coalesced, h, iconButton, replace } from "./dom.js";
import { openLayer } from "./layers.js";

let panel = null;

export function openCalls() {
  const body = h("div", { class: "body calls" }, h("p", { class: "empty" }, "Loading…"));
  panel = body;
  const layer = openLayer({
    label: "What the app sent",
    kind: "drawer",
    onClose: () => (panel = null),
    content: [
      h(
        "div",
        { class: "head" },
        h("h2", {}, "What the app sent"),
        iconButton("close", "Close", () => layer.dismiss()),
      ),
      body,
    ],
  });
  refreshCalls();
}

/** Brings an open drawer up to date; costs nothing while it is closed. */
export const refreshCalls = coalesced(async () => {
  if (!panel) return;
  const answer = await ask("calls").catch(() => null);
  if (!panel) return;
  const calls = answer?.calls ?? (Array.isArray(answer) ? answer : []);
  const newest = calls.slice(-200).reverse();
  replace(
    panel,
    newest.length
      ? newest.map(line)
      : h("p", { class: "empty" }, "The app has not called the workspace yet."),
  );
});

function line(call) {
  const failed = call.ok === false || call.error;
  const at = typeof call.at === "number" ? call.at * 1000 : Date.parse(call.at);
  return h(
    "div",
    { class: `call ${failed ? "failed" : ""}` },
    h("code", {}, call.method),
    h("span", { class: "call-where" }, call.channel ? `#${channelName(call.channel) ?? call.channel}` : ""),
    h("span", { class: "call-outcome" }, failed ? (call.error ?? "failed") : "ok"),
    Number.isFinite(at) && h("time", {}, new Date(at).toLocaleTimeString()),
  );
}
