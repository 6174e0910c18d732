// The :shortcodes: the app is likely to use, as characters; unknown ones stay as they were typed.

import { drawn } from "./glyphs.js";

const CODES = {
  white_check_mark: "✅", heavy_check_mark: "✔️", ballot_box_with_check: "☑️", x: "❌", no_entry: "⛔",
  no_entry_sign: "🚫", triangular_flag_on_post: "🚩", checkered_flag: "🏁", warning: "⚠️", rotating_light: "🚨",
  exclamation: "❗", question: "❓", hourglass: "⌛", hourglass_flowing_sand: "⏳", stopwatch: "⏱️", alarm_clock: "⏰",
  clock1: "🕐", calendar: "📅", robot_face: "🤖", eyes: "👀", bar_chart: "📊", chart_with_upwards_trend: "📈",
  chart_with_downwards_trend: "📉", mag: "🔍", mag_right: "🔎", wave: "👋", tada: "🎉", sparkles: "✨", rocket: "🚀",
  bulb: "💡", lock: "🔒", unlock: "🔓", key: "🔑", gear: "⚙️", wrench: "🔧", hammer_and_wrench: "🛠️", link: "🔗",
  page_facing_up: "📄", clipboard: "📋", memo: "📝", pencil2: "✏️", inbox_tray: "📥", outbox_tray: "📤", package: "📦",
  label: "🏷️", bookmark: "🔖", books: "📚", mailbox: "📫", email: "✉️", bell: "🔔", no_bell: "🔕", speech_balloon: "💬",
  bust_in_silhouette: "👤", busts_in_silhouette: "👥", handshake: "🤝", raised_hands: "🙌", raising_hand: "🙋",
  clap: "👏", pray: "🙏", muscle: "💪", "+1": "👍", thumbsup: "👍", "-1": "👎", thumbsdown: "👎", point_right: "👉",
  point_up: "☝️", thinking_face: "🤔", slightly_smiling_face: "🙂", smile: "😄", sweat_smile: "😅", cry: "😢",
  heart: "❤️", star: "⭐", fire: "🔥", zap: "⚡", boom: "💥", trophy: "🏆", medal: "🏅", dart: "🎯", moneybag: "💰",
  dollar: "💵", scales: "⚖️", balance_scale: "⚖️", shield: "🛡️", microscope: "🔬", test_tube: "🧪", hospital: "🏥",
  seedling: "🌱", house: "🏠", globe_with_meridians: "🌐", see_no_evil: "🙈", ghost: "👻", mortar_board: "🎓",
  arrow_up: "⬆️", arrow_down: "⬇️", arrow_right: "➡️", arrow_left: "⬅️", arrow_upper_right: "↗️", arrow_lower_right: "↘️",
  arrows_counterclockwise: "🔄", repeat: "🔁", leftwards_arrow_with_hook: "↩️", fast_forward: "⏩", information_source: "ℹ️",
  red_circle: "🔴", large_orange_circle: "🟠", large_yellow_circle: "🟡", large_green_circle: "🟢", large_blue_circle: "🔵",
  white_circle: "⚪", black_circle: "⚫", large_green_square: "🟩", large_red_square: "🟥", large_yellow_square: "🟨",
  white_large_square: "⬜", black_large_square: "⬛", one: "1️⃣", two: "2️⃣", three: "3️⃣", skull: "💀", 100: "💯",
};

export function emojified(text) {
  return text.replace(/:([a-z0-9_+-]{1,40}):(?::skin-tone-[2-6]:)?/g, (typed, code) =>
    Object.hasOwn(CODES, code) ? CODES[code] : typed,
  );
}

/** The same with drawings: a list of strings and nodes. */
export const emojiNodes = (text) => drawn(emojified(text));

export const emojiOf = (code) => (Object.hasOwn(CODES, code) ? CODES[code] : `:${code}:`);
