// Words that come and go: toasts for people who look, a live region for people who listen.

import { h, icon, iconButton } from "./dom.js";

const STAYS = { info: 5000, error: 9000 }; // ms

export function toast(words, kind = "info") {
  const host = document.getElementById("toasts");
  for (const old of host.children) if (old.dataset.words === words) old.remove();
  const box = h(
    "div",
    { class: `toast ${kind}`, role: kind === "error" ? "alert" : "status", dataset: { words } },
    icon(kind === "error" ? "warning" : "check"),
    h("span", {}, words),
    iconButton("close", "Dismiss", () => box.remove()),
  );
  host.append(box);
  let timer = null;
  const leaveLater = () => (timer = setTimeout(() => box.remove(), STAYS[kind]));
  box.addEventListener("pointerenter", () => clearTimeout(timer));
  box.addEventListener("pointerleave", leaveLater);
  leaveLater();
  while (host.children.length > 3) host.firstChild.remove();
}

let last = null;

export function announce(words) {
  clearTimeout(last);
  last = setTimeout(() => (document.getElementById("live").textContent = words.slice(0, 300)), 150);
}
