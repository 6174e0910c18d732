// App Home: the view the app has published for this person.

import { act } from "./api.js";
import { renderBlocks } from "./blocks.js";
import { theApp } from "./directory.js";
import { h, replace } from "./dom.js";
import { toast } from "./notices.js";
import { store } from "./store.js";
import { Values } from "./values.js";

let surface = null;
let shownFor = null;

export function drawHome(host) {
  const view = store.home;
  if (!view) {
    surface = null;
    replace(
      host,
      h(
        "div",
        { class: "empty" },
        h("p", {}, `${theApp().name ?? "The app"} has not published a Home for you yet.`),
        h("p", {}, "It is told that you are here; what it publishes appears by itself."),
      ),
    );
    return;
  }
  const kept = shownFor === `${store.me}/${view.id}` ? surface?.values.all() : undefined;
  const at = host.contains(document.activeElement) ? document.activeElement.dataset.at : null;
  shownFor = `${store.me}/${view.id}`;
  surface = { values: new Values(kept), act: click };
  replace(host, renderBlocks(view.blocks ?? [], surface));
  if (at)
    [...host.querySelectorAll("[data-at]")]
      .find((each) => each.dataset.at === at)
      ?.focus({ preventScroll: true });
}

async function click(payload) {
  const answer = await act("click", {
    user: store.me,
    view_id: store.home.id,
    values: surface.values.all(),
    ...payload,
  });
  if (!answer.ok) toast(answer.error ?? "The app did not respond.", "error");
}
