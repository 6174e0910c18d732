// Block Kit elements a person presses or chooses from. place = {block_id, surface, label, dispatch}: the surface acts
// on payloads and keeps values; `dispatch` says whether a change is an act of its own or waits for the submit.

import { confirmed } from "./confirm.js";
import { avatar, people, userName } from "./directory.js";
import { h, icon, safeUrl } from "./dom.js";
import { formElement } from "./inputs.js";
import { openMenu } from "./menu.js";
import { picture } from "./picture.js";
import { unsupported } from "./richtext.js";
import { plain, plainNodes } from "./text.js";

const MAKERS = {
  button,
  workflow_button: button,
  overflow,
  static_select: optionMenu,
  users_select: peopleMenu,
};

export function element(spec, place) {
  if (spec.type === "image") return picture(spec, { thumb: true });
  if (place.dispatch && Object.hasOwn(MAKERS, spec.type)) return MAKERS[spec.type](spec, place);
  return (
    formElement(spec, place, (control, chosen) => press(control, spec, place, chosen)) ??
    unsupported(spec.type)
  );
}

/** Says a press is under way until the app has answered; a second press meanwhile does nothing. */
async function press(control, spec, place, chosen = {}) {
  if (control.getAttribute("aria-busy") === "true") return;
  if (spec.confirm && !(await confirmed(spec.confirm))) return;
  control.setAttribute("aria-busy", "true");
  try {
    await place.surface.act({ block_id: place.block_id, action_id: spec.action_id, ...chosen });
  } finally {
    control.removeAttribute("aria-busy");
  }
}

function follow(address) {
  const url = address && safeUrl(address);
  if (url) window.open(url, "_blank", "noopener,noreferrer");
}

function button(spec, place) {
  const style = ["primary", "danger"].includes(spec.style) ? spec.style : "plain";
  const made = h(
    "button",
    {
      type: "button",
      class: `button ${style}`,
      "aria-label": spec.accessibility_label,
      dataset: { press: "", at: `${place.block_id}/${spec.action_id}` },
    },
    h("span", { class: "label" }, plainNodes(spec.text)),
    spec.url && icon("link"),
  );
  made.addEventListener("click", () => {
    follow(spec.url);
    press(made, spec, place, spec.value === undefined ? {} : { value: spec.value });
  });
  return made;
}

function opener(spec, place, shape, ...content) {
  return h(
    "button",
    {
      type: "button",
      class: `button plain ${shape}`,
      "aria-haspopup": "menu",
      "aria-expanded": "false",
      dataset: { at: `${place.block_id}/${spec.action_id}` },
    },
    ...content,
  );
}

function overflow(spec, place) {
  const made = opener(spec, place, "overflow", icon("more"));
  made.setAttribute("aria-label", "More actions");
  const choices = (spec.options ?? []).map((option) => ({
    label: plain(option.text),
    hint: plain(option.description),
    value: option,
  }));
  const choose = (option) => {
    follow(option.url);
    press(made, spec, place, { selected_option: option });
  };
  made.addEventListener("click", () => openMenu(made, { label: "More actions", choices, choose }));
  return made;
}

function chooser(spec, place, { current, words, choices, chosen }) {
  const label = h("span", { class: "label" }, words(current) || plain(spec.placeholder) || "Choose…");
  const made = opener(spec, place, "chooser", label, icon("chevron"));
  made.dataset.press = "";
  let picked = current;
  place.surface.values.keep(place, spec, () => chosen(picked ?? null));
  const choose = (value) => {
    picked = value;
    label.textContent = words(value);
    press(made, spec, place, chosen(value));
  };
  made.addEventListener("click", () =>
    openMenu(made, { label: plain(spec.placeholder) || "Choose", choices: choices(picked), choose }),
  );
  return made;
}

function optionMenu(spec, place) {
  const groups = spec.option_groups ?? [{ options: spec.options ?? [] }];
  const choices = (picked) =>
    groups.flatMap((group) =>
      group.options.map((option) => ({
        label: plain(option.text),
        hint: plain(option.description),
        group: plain(group.label),
        value: option,
        checked: option.value === picked?.value,
      })),
    );
  const current = place.surface.values.before(place, spec)?.selected_option ?? spec.initial_option;
  const words = (option) => plain(option?.text);
  return chooser(spec, place, { current, words, choices, chosen: (option) => ({ selected_option: option }) });
}

function peopleMenu(spec, place) {
  const choices = (picked) =>
    people().map((user) => ({
      label: userName(user.id),
      hint: `@${user.name}`,
      value: user.id,
      checked: user.id === picked,
      lead: avatar(user.id, { size: "small" }),
    }));
  const current = place.surface.values.before(place, spec)?.selected_user ?? spec.initial_user;
  return chooser(spec, place, {
    current,
    words: (id) => (id ? userName(id) : ""),
    choices,
    chosen: (id) => ({ selected_user: id }),
  });
}
