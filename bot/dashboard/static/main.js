// Asks for the figures of one use case, draws them, and looks again while somebody looks.

import { h, options, table } from "./dom.js";
import { draw, forget, picture } from "./pictures.js";

const LOOK_EVERY = 30_000;
const find = (id) => document.getElementById(id);
const wanted = { useCase: null, window: "4w" };
let shown = "";
let last = null;
let past = null;
let asking = 0;

function readAddress() {
  const query = new URLSearchParams(location.search);
  wanted.useCase = query.get("use_case");
  wanted.window = query.get("window") ?? "4w";
}

async function look() {
  const turn = ++asking;
  const query = new URLSearchParams({ window: wanted.window });
  if (wanted.useCase) query.set("use_case", wanted.useCase);
  let answer;
  try {
    answer = await fetch(`/dashboard/figures?${query}`, { credentials: "same-origin" });
    if (answer.status === 401) return location.assign("/");
    const found = await answer.json();
    if (turn !== asking) return; // something else was chosen meanwhile
    if (!answer.ok) return say(found.detail ?? "The figures can't be read now.");
    show(found);
    query.set("use_case", found.use_case);
    const replayed = await fetch(`/dashboard/thresholds?${query}`, { credentials: "same-origin" });
    if (turn !== asking || !replayed.ok) return;
    past = { of: found.use_case, part: await replayed.json() };
    show(found);
  } catch {
    if (turn === asking) say("The service did not answer. What is shown may be old; it is asked again.");
  }
}

function say(words) {
  const status = find("status");
  status.textContent = words;
  status.hidden = !words;
}

function show(found) {
  say("");
  last = found;
  wanted.useCase = found.use_case;
  document.title = `${found.use_case} · hitl`;
  find("title").textContent = found.use_case;
  find("visitor").textContent = found.visitor;
  find("at").textContent = `As of ${found.said_at}.`;
  options(find("use-case"), found.use_cases.map((name) => [name, name]), found.use_case);
  const windows = Object.entries(found.windows);
  if (!(found.window in found.windows)) windows.push([found.window, found.window]);
  options(find("window"), windows, found.window);
  if (past && past.of !== found.use_case) past = null;
  const now = JSON.stringify([found.figures, found.sections, past]);
  if (now === shown) return;
  shown = now;
  render(found);
}

function render({ figures, sections: quick }) {
  const sections = quick.flatMap((each) => (past && each.name === "automation" ? [each, past.part] : [each]));
  const open = new Set([...document.querySelectorAll("details[open]")].map((each) => each.dataset.key));
  forget();
  find("contents").replaceChildren(
    h("ul", {}, sections.map(({ name, title }) => h("li", {}, h("a", { href: `#${name}` }, title)))),
  );
  find("figures").replaceChildren(
    ...figures.map(({ title, value, detail }) =>
      h("div", {}, h("dt", {}, title), h("dd", { class: /\d/.test(value) ? "value" : "value words" }, value), h("dd", { class: "detail" }, kept(detail))),
    ),
  );
  find("sections").replaceChildren(...sections.map(part));
  for (const each of document.querySelectorAll("details")) each.open = open.has(each.dataset.key);
  draw();
}

// A number and its unit stay on one line.
const kept = (words) => words.replace(/(\d) (%|s|min|h|d)(?![\w])/g, "$1\u00a0$2");

function part({ name, title, says, pictures, table: rows, notes }) {
  return h(
    "section",
    { id: name, "aria-labelledby": `${name}-title` },
    h("h2", { id: `${name}-title` }, title),
    says.map((words) => h("p", {}, words)),
    (notes ?? []).map(note),
    pictures.length ? h("div", { class: "pictures" }, pictures.map(picture)) : null,
    rows ? table(rows, title) : null,
  );
}

function note({ title, says, level }) {
  return h("article", { class: `note ${level}` }, h("h3", {}, title), says.map((words) => h("p", {}, words)));
}

function choose() {
  wanted.useCase = find("use-case").value;
  wanted.window = find("window").value;
  const query = new URLSearchParams({ use_case: wanted.useCase, window: wanted.window });
  history.pushState(null, "", `/?${query}`);
  say("Reading the figures…");
  look();
}

function again() {
  if (last === null) return;
  render(last);
}

find("choice").addEventListener("change", choose);
find("choice").addEventListener("submit", (event) => event.preventDefault());
addEventListener("popstate", () => {
  readAddress();
  look();
});
document.addEventListener("visibilitychange", () => document.hidden || look());
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again);
matchMedia("print").addEventListener("change", again);
setInterval(() => document.hidden || look(), LOOK_EVERY);
readAddress();
look();
