// The page's way to the workspace: questions, acts, and the stream of what happens.

async function answer(response) {
  const body = await response.json().catch(() => null);
  if (body && (response.ok || "ok" in body || "error" in body || "errors" in body)) return body;
  return { ok: false, error: `The workspace answered ${response.status}.` };
}

const UNREACHABLE = { ok: false, error: "The workspace can't be reached. Is it still running?" };

export async function ask(path, query = {}) {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== null);
  const response = await fetch(`/sandbox/${path}?${new URLSearchParams(given)}`, {
    headers: { accept: "application/json" },
  });
  if (!response.ok) throw new Error(`${path} answered ${response.status}`);
  return response.json();
}

/** Always resolves: {ok: true, …} or {ok: false, error: "words"}. */
export async function act(name, body) {
  try {
    return await answer(
      await fetch(`/sandbox/act/${name}`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
      }),
    );
  } catch {
    return UNREACHABLE;
  }
}

const EVENTS = [
  "message",
  "message_changed",
  "message_deleted",
  "ephemeral",
  "view_opened",
  "view_updated",
  "view_closed",
  "home_published",
  "notice",
];

/**
 * Follows one person's events. `refetch` runs on every (re)connection, since whatever happened while the line was
 * down is only in the state; events that arrive during it are held back and applied after, in order.
 */
export function follow(user, { refetch, event, line }) {
  let source = null;
  let held = null;
  let closed = false;
  let again = null;

  const connect = () => {
    source = new EventSource(`/sandbox/stream?user=${encodeURIComponent(user)}`);
    source.addEventListener("open", catchUp);
    source.addEventListener("error", lost);
    for (const name of EVENTS) source.addEventListener(name, (message) => take(name, message));
  };
  const take = (name, message) => {
    if (closed || message.data === undefined) return;
    const data = JSON.parse(message.data);
    if (held) held.push([name, data]);
    else event(name, data);
  };
  const catchUp = async () => {
    held = [];
    try {
      await refetch();
      if (!closed) line(true);
    } catch {
      held = null;
      if (!closed) line(false);
      return retry();
    }
    const waiting = held ?? [];
    held = null;
    if (!closed) for (const [name, data] of waiting) event(name, data);
  };
  const lost = () => {
    if (closed) return;
    line(false);
    if (source.readyState === EventSource.CLOSED) retry();
  };
  const retry = () => {
    source.close();
    clearTimeout(again);
    if (!closed) again = setTimeout(connect, 1500);
  };

  connect();
  return () => {
    closed = true;
    clearTimeout(again);
    source.close();
  };
}
