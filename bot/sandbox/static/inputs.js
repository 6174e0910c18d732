// Block Kit elements a person fills in: text, numbers, dates, choices among options.

import { people, userName } from "./directory.js";
import { h, icon } from "./dom.js";
import { plain, textNodes } from "./text.js";

const TEXTS = {
  plain_text_input: { type: "text" },
  email_text_input: { type: "email", inputmode: "email" },
  url_text_input: { type: "url", inputmode: "url" },
  number_input: { type: "text", inputmode: "decimal" },
};
const MOMENTS = {
  datepicker: ["date", "selected_date", "initial_date"],
  timepicker: ["time", "selected_time", "initial_time"],
};
const SELECTS = ["static_select", "users_select"];
const CHECKS = ["checkboxes", "multi_static_select", "multi_users_select"];

/** The control, or null for a type this page doesn't know. `changed(control, chosen)` is called where a change acts. */
export function formElement(spec, place, changed) {
  const acts = place.dispatch ? changed : () => {};
  if (Object.hasOwn(TEXTS, spec.type)) return textInput(spec, place, acts);
  if (Object.hasOwn(MOMENTS, spec.type)) return moment(spec, place, acts);
  if (SELECTS.includes(spec.type)) return select(spec, place);
  if (spec.type === "radio_buttons") return radios(spec, place, acts);
  if (CHECKS.includes(spec.type)) return checks(spec, place, acts);
  return null;
}

const named = (place) => ({
  "aria-label": place.label || null,
  "aria-describedby": place.hintId,
  dataset: { at: `${place.block_id}` },
});

function textInput(spec, place, acts) {
  const { values } = place.surface;
  const initial = values.before(place, spec)?.value ?? spec.initial_value ?? "";
  const shared = {
    ...named(place),
    class: "field",
    placeholder: plain(spec.placeholder) || null,
    maxlength: spec.max_length,
    minlength: spec.min_length,
    autocomplete: "off",
    autofocus: spec.focus_on_load === true,
  };
  const control = spec.multiline
    ? h("textarea", { ...shared, rows: 4 })
    : h("input", { ...shared, ...TEXTS[spec.type] });
  control.value = initial;
  values.keep(place, spec, () => ({ value: control.value === "" ? null : control.value }));
  control.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !spec.multiline && place.dispatch) {
      event.preventDefault();
      acts(control, { value: control.value });
    }
  });
  return control;
}

function moment(spec, place, acts) {
  const [type, selected, initial] = MOMENTS[spec.type];
  const control = h("input", { ...named(place), class: "field short", type });
  const read = () => ({ [selected]: control.value || null });
  control.value = place.surface.values.before(place, spec)?.[selected] ?? spec[initial] ?? "";
  place.surface.values.keep(place, spec, read);
  control.addEventListener("change", () => acts(control, read()));
  return control;
}

const personOptions = () =>
  people().map((user) => ({ text: { type: "plain_text", text: userName(user.id) }, value: user.id }));

function select(spec, place) {
  const ofPeople = spec.type === "users_select";
  const key = ofPeople ? "selected_user" : "selected_option";
  const groups = spec.option_groups ?? [{ options: ofPeople ? personOptions() : (spec.options ?? []) }];
  const options = groups.flatMap((group) => group.options);
  const items = groups.map((group) => {
    const made = group.options.map((option) =>
      h("option", { value: options.indexOf(option) }, plain(option.text)),
    );
    return group.label ? h("optgroup", { label: plain(group.label) }, made) : made;
  });
  const control = h(
    "select",
    { ...named(place), class: "field" },
    h("option", { value: "" }, plain(spec.placeholder) || "Choose…"),
    items,
  );
  const before = place.surface.values.before(place, spec)?.[key];
  const wanted = ofPeople ? (before ?? spec.initial_user) : (before ?? spec.initial_option)?.value;
  const at = options.findIndex((option) => option.value === wanted);
  control.value = at < 0 ? "" : String(at);
  place.surface.values.keep(place, spec, () => {
    const option = control.value === "" ? null : options[Number(control.value)];
    return { [key]: ofPeople ? (option?.value ?? null) : option };
  });
  return h("span", { class: "select" }, control, icon("chevron"));
}

let groupCount = 0;

function choice(type, option, name, checked) {
  const control = h("input", { type, name });
  control.checked = checked;
  const words = h(
    "span",
    {},
    textNodes(option.text),
    option.description && h("small", {}, textNodes(option.description)),
  );
  return { control, row: h("label", { class: "choice" }, control, words) };
}

function radios(spec, place, acts) {
  const options = spec.options ?? [];
  const name = `choice-${(groupCount += 1)}`;
  const wanted = place.surface.values.before(place, spec)?.selected_option ?? spec.initial_option;
  const made = options.map((option) => choice("radio", option, name, option.value === wanted?.value));
  const read = () => ({ selected_option: options[made.findIndex(({ control }) => control.checked)] ?? null });
  return group("radiogroup", { made, read, spec, place, acts });
}

function checks(spec, place, acts) {
  const ofPeople = spec.type === "multi_users_select";
  const key = ofPeople ? "selected_users" : "selected_options";
  const options = ofPeople
    ? personOptions()
    : (spec.options ?? (spec.option_groups ?? []).flatMap((each) => each.options));
  const before =
    place.surface.values.before(place, spec)?.[key] ??
    spec[ofPeople ? "initial_users" : "initial_options"] ??
    [];
  const on = new Set(before.map((each) => each.value ?? each));
  const made = options.map((option) => choice("checkbox", option, null, on.has(option.value)));
  const read = () => {
    const picked = options.filter((_, at) => made[at].control.checked);
    return { [key]: ofPeople ? picked.map((option) => option.value) : picked };
  };
  return group("group", { made, read, spec, place, acts });
}

function group(role, { made, read, spec, place, acts }) {
  const box = h(
    "div",
    { class: "choices", role, ...named(place) },
    made.map(({ row }) => row),
  );
  place.surface.values.keep(place, spec, read);
  box.addEventListener("change", () => acts(box, read()));
  return box;
}
