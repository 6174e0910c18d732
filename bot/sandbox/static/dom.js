// Building elements. Text only ever becomes text nodes and attributes; nothing here or elsewhere
// parses a string as HTML, so whatever a stranger wrote stays words.

const SVG = "http://www.w3.org/2000/svg";

/** h("button", {class: "x", on: {click}, style: {width: "3px"}, "aria-label": "…"}, child, "text", [more]) */
export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [key, value] of Object.entries(props ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (key === "on") for (const [name, fn] of Object.entries(value)) element.addEventListener(name, fn);
    else if (key === "style") Object.assign(element.style, value);
    else if (key === "dataset") Object.assign(element.dataset, value);
    else element.setAttribute(key, value === true ? "" : String(value));
  }
  append(element, children);
  return element;
}

export function append(parent, children) {
  for (const child of children.flat(Infinity)) {
    if (child === undefined || child === null || child === false) continue;
    parent.append(child instanceof Node ? child : document.createTextNode(String(child)));
  }
}

export function replace(parent, ...children) {
  parent.replaceChildren();
  append(parent, children);
}

const PATHS = {
  home: "M3 10.5 10 4l7 6.5M5 9v7.5h10V9M8.5 16.5V12h3v4.5",
  hash: "M4 7.5h12.5M3.5 12.5H16M8.2 3.5 6.6 16.5M13.4 3.5l-1.6 13",
  thread: "M4 4.5h12v8.5H9.5L6 16v-3H4zM7 7.7h6M7 10h4",
  close: "M5 5l10 10M15 5 5 15",
  back: "M12 4.5 6.5 10l5.5 5.5",
  menu: "M3.5 6h13M3.5 10h13M3.5 14h13",
  more: "M5 10h.01M10 10h.01M15 10h.01",
  send: "M3.5 10 16.5 4l-4 12.5-3-5.5zM9.5 11l3-3",
  down: "M10 4.5v10.5M5.5 10.5 10 15l4.5-4.5",
  chevron: "M6 8l4 4 4-4",
  eye: "M2.8 10C4.4 6.9 7 5.3 10 5.3s5.6 1.6 7.2 4.7c-1.6 3.1-4.2 4.7-7.2 4.7S4.4 13.1 2.8 10zM10 12.2a2.2 2.2 0 1 0 0-4.4 2.2 2.2 0 0 0 0 4.4z",
  keys: "M2.8 6h14.4v8.5H2.8zM5.5 8.8h.01M8.5 8.8h.01M11.5 8.8h.01M14.5 8.8h.01M7 11.8h6",
  list: "M7.5 5.5h9M7.5 10h9M7.5 14.5h9M3.8 5.5h.01M3.8 10h.01M3.8 14.5h.01",
  check: "M4.5 10.5 8.3 14 15.5 6",
  picture: "M3.5 4.5h13v11h-13zM3.5 13l3.8-3.8 3 3 2.2-2.2 4 4M12.7 7.6h.01",
  warning: "M10 3.8 17.2 16H2.8zM10 8.5v3.3M10 13.8h.01",
  link: "M8 5.5H5v9.5h9.5V12M11 4.5h4.5V9M15.3 4.7 9.3 10.7",
};

export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 20 20");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}

export function iconButton(name, label, onClick, props = {}) {
  const { class: extra = "", ...rest } = props;
  return h(
    "button",
    {
      type: "button",
      class: `icon-button ${extra}`,
      "aria-label": label,
      title: label,
      on: { click: onClick },
      ...rest,
    },
    icon(name),
  );
}

/** The address if it may be followed or fetched (http, https), else null. */
export function safeUrl(address) {
  try {
    const url = new URL(String(address));
    return url.protocol === "http:" || url.protocol === "https:" ? url.href : null;
  } catch {
    return null;
  }
}

export function link(address, ...label) {
  const href = safeUrl(address);
  if (!href) return h("span", { class: "not-a-link", title: "This address is not a web link" }, ...label);
  return h("a", { href, target: "_blank", rel: "noopener noreferrer", title: href }, ...label);
}

/** Runs fn once for any number of calls before the next frame; hidden tabs get no frames, hence the timer. */
export function coalesced(fn) {
  let waiting = false;
  return () => {
    if (waiting) return;
    waiting = true;
    let done = false;
    const run = () => {
      if (done) return;
      done = true;
      waiting = false;
      fn();
    };
    requestAnimationFrame(run);
    setTimeout(run, 120);
  };
}

/** Whether fingers point here: focusing a text field would bring up a keyboard nobody asked for. */
export const isTouch = () => matchMedia("(pointer: coarse)").matches;

export const isTyping = (element) =>
  Boolean(
    element?.closest?.("textarea, select, [contenteditable], input:not([type=radio]):not([type=checkbox])"),
  );
