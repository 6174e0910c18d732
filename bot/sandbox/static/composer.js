// Where one writes: messages, replies and /commands, the latter with a list to complete from.

import { act } from "./api.js";
import { completions } from "./commands.js";
import { h, iconButton, replace } from "./dom.js";
import { toast } from "./notices.js";
import { store } from "./store.js";

let count = 0;

/** target() → {channel, thread_ts?, placeholder}; sent() runs after a message went through. */
export function makeComposer(host, { target, sent }) {
  const id = `suggestions-${(count += 1)}`;
  const box = h("textarea", {
    rows: 1,
    class: "compose-box",
    role: "combobox",
    "aria-autocomplete": "list",
    "aria-expanded": "false",
    "aria-controls": id,
    autocomplete: "off",
  });
  const list = h("div", {
    class: "suggestions",
    id,
    role: "listbox",
    "aria-label": "Commands",
    hidden: true,
  });
  const send = iconButton("send", "Send", () => submit(), { class: "send" });
  const form = h("div", { class: "composer" }, list, h("div", { class: "compose-row" }, box, send));
  host.append(form);
  let offered = [];
  let chosen = -1;
  const drafts = new Map(); // where -> what was being written there

  const where = () => `${target().channel}/${target().thread_ts ?? ""}`;

  function submit() {
    const text = box.value.trim();
    if (!text) return;
    const { channel, thread_ts } = target();
    const isCommand = /^\/\w/.test(text);
    if (isCommand && thread_ts)
      return toast("Commands work in channels and direct messages, not in threads.", "error");
    write("");
    deliver(isCommand, { user: store.me, channel, text, ...(thread_ts ? { thread_ts } : {}) });
  }

  async function deliver(isCommand, body) {
    form.classList.add("sending");
    const answer = await act(isCommand ? "command" : "post", body);
    form.classList.remove("sending");
    if (answer.ok) return sent();
    toast(answer.error ?? "That could not be sent.", "error");
    if (!box.value && where() === `${body.channel}/${body.thread_ts ?? ""}`) write(body.text);
  }

  function write(text) {
    box.value = text;
    offer();
    grow();
  }

  function grow() {
    box.style.height = "auto";
    box.style.height = `${Math.min(box.scrollHeight, 200)}px`;
    send.disabled = !box.value.trim();
  }

  function offer() {
    offered = target().thread_ts ? [] : completions(box.value);
    chosen = -1;
    list.hidden = !offered.length;
    box.setAttribute("aria-expanded", String(offered.length > 0));
    box.removeAttribute("aria-activedescendant");
    replace(list, offered.map(suggestion));
  }

  function suggestion(command, at) {
    return h(
      "div",
      {
        class: "suggestion",
        role: "option",
        id: `${id}-${at}`,
        "aria-selected": "false",
        on: { pointerdown: (event) => (event.preventDefault(), complete(at)) },
      },
      h("span", { class: "command" }, command.text, h("i", {}, ` ${command.usage}`)),
      h("small", {}, command.words),
    );
  }

  function choose(at) {
    chosen = (at + offered.length) % offered.length;
    [...list.children].forEach((row, index) => row.setAttribute("aria-selected", String(index === chosen)));
    list.children[chosen].scrollIntoView({ block: "nearest" });
    box.setAttribute("aria-activedescendant", `${id}-${chosen}`);
  }

  function complete(at) {
    const command = offered[at];
    write(command.usage ? `${command.text} ` : command.text);
    box.focus();
  }

  box.addEventListener("input", () => (offer(), grow()));
  box.addEventListener("blur", () => (list.hidden = true));
  box.addEventListener("keydown", (event) => {
    const open = !list.hidden && offered.length > 0;
    if (open && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      event.preventDefault();
      choose(event.key === "ArrowDown" ? chosen + 1 : (chosen < 0 ? 0 : chosen) - 1);
    } else if (open && (event.key === "Tab" || (event.key === "Enter" && chosen >= 0)) && !event.shiftKey) {
      event.preventDefault();
      complete(Math.max(chosen, 0));
    } else if (open && event.key === "Escape") {
      event.stopPropagation();
      list.hidden = true;
    } else if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      submit();
    }
  });

  let shown = null;
  return {
    focus: () => box.focus(),
    /** Call when the target changed: keeps the draft of the old place, brings back that of the new. */
    refresh() {
      if (shown !== null) drafts.set(shown, box.value);
      shown = where();
      box.placeholder = target().placeholder;
      box.setAttribute("aria-label", target().placeholder);
      write(drafts.get(shown) ?? "");
    },
  };
}
