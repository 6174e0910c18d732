// "Are you sure?" as the app words it.

import { h } from "./dom.js";
import { openLayer } from "./layers.js";
import { plain, textNodes } from "./text.js";

/** Resolves to whether the person agreed to a Block Kit confirm object. */
export function confirmed(confirm) {
  return new Promise((resolve) => {
    const agree = h(
      "button",
      {
        type: "button",
        class: `button ${confirm.style === "danger" ? "danger" : "primary"}`,
        autofocus: true,
      },
      plain(confirm.confirm) || "Yes",
    );
    const deny = h("button", { type: "button", class: "button plain" }, plain(confirm.deny) || "Cancel");
    const layer = openLayer({
      label: plain(confirm.title) || "Are you sure?",
      role: "alertdialog",
      kind: "confirm",
      onClose: () => resolve(false),
      content: [
        h("h2", {}, plain(confirm.title) || "Are you sure?"),
        h("div", { class: "text" }, textNodes(confirm.text)),
        h("div", { class: "foot" }, deny, agree),
      ],
    });
    deny.addEventListener("click", () => layer.dismiss());
    agree.addEventListener("click", () => {
      layer.close();
      resolve(true);
    });
  });
}
