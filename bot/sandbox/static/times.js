// Moments in words. A Slack ts ("1763884800.000100") is seconds since 1970 with a serial number behind the point.

let skew = 0; // ms the workspace's clock is ahead of this browser's

export function setClock(now) {
  const at = typeof now === "number" ? now * 1000 : Date.parse(now);
  if (Number.isFinite(at)) skew = at - Date.now();
}

export const millis = (ts) => Number.parseFloat(ts) * 1000;
const nowMillis = () => Date.now() + skew;
const format = (options) => new Intl.DateTimeFormat(undefined, options);

const CLOCK = format({ hour: "2-digit", minute: "2-digit" });
const WEEKDAY = format({ weekday: "short", hour: "2-digit", minute: "2-digit" });
const DATED = format({ day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
const EXACT = format({ dateStyle: "full", timeStyle: "medium" });
const DAY = format({ weekday: "long", day: "numeric", month: "long" });

export const exact = (ts) => EXACT.format(millis(ts));

export function relative(ts) {
  const at = millis(ts);
  const minutes = Math.floor((nowMillis() - at) / 60_000);
  if (minutes < 1) return "just now";
  if (minutes < 60) return `${minutes} min ago`;
  if (dayKey(ts) === dayOf(nowMillis())) return CLOCK.format(at);
  return (minutes < 6 * 24 * 60 ? WEEKDAY : DATED).format(at);
}

const dayOf = (at) => new Date(at).toDateString();
export const dayKey = (ts) => dayOf(millis(ts));

export function dayName(ts) {
  if (dayKey(ts) === dayOf(nowMillis())) return "Today";
  if (dayKey(ts) === dayOf(nowMillis() - 86_400_000)) return "Yesterday";
  return DAY.format(millis(ts));
}

const DATE_TOKENS = {
  date_num: { year: "numeric", month: "2-digit", day: "2-digit" },
  date: { dateStyle: "long" },
  date_short: { day: "numeric", month: "short", year: "numeric" },
  date_long: { dateStyle: "full" },
  time: { hour: "2-digit", minute: "2-digit" },
  time_secs: { hour: "2-digit", minute: "2-digit", second: "2-digit" },
};

/** Slack's <!date^…> tokens: {date}, {date_short_pretty}, {time}, {ago} …, in the reader's own zone. */
export function slackDate(seconds, pattern) {
  return pattern.replace(/\{(\w+)\}/g, (token, name) => {
    if (name === "ago") return relative(seconds);
    const plain = name.replace(/_pretty$/, "");
    if (!Object.hasOwn(DATE_TOKENS, plain)) return token;
    const day = dayName(seconds);
    if (plain !== name && (day === "Today" || day === "Yesterday")) return day.toLowerCase();
    return format(DATE_TOKENS[plain]).format(Number(seconds) * 1000);
  });
}

/** Brings every <time data-ts> on the page up to date; called twice a minute. */
export function refreshTimes() {
  for (const element of document.querySelectorAll("time[data-ts]")) {
    const words = relative(element.dataset.ts);
    if (element.textContent !== words) element.textContent = words;
  }
}
