// Drawings for the emoji an app uses most, so that they look the same where no emoji font is installed.
// Each is a list of [paint, path] on a 20×20 field; "green" fills, "green+" strokes. Colours are in blocks.css.

const disc = "M10 2.6a7.4 7.4 0 1 0 0 14.8 7.4 7.4 0 0 0 0-14.8z";
const square = "M5.5 3h9A2.5 2.5 0 0 1 17 5.5v9a2.5 2.5 0 0 1-2.5 2.5h-9A2.5 2.5 0 0 1 3 14.5v-9A2.5 2.5 0 0 1 5.5 3z";
const face = (mouth) => [["amber", disc], ["dark+", `M7.4 7.6v1M12.6 7.6v1${mouth}`]];
const chart = (paint, line) => [["line+", "M3.5 3v13.5H17"], [paint, line]];
const person = "M10 9.6a3.1 3.1 0 1 0 0-6.2 3.1 3.1 0 0 0 0 6.2zM3.8 17c.4-3.6 2.8-5.6 6.2-5.6s5.8 2 6.2 5.6z";
const sand = [["line+", "M5.5 3h9M5.5 17h9M6.5 3.5c0 3.6 7 9 7 13M13.5 3.5c0 3.6-7 9-7 13"], ["amber", "M7.4 16.3 10 13.2l2.6 3.1z"]];

const DRAWN = {
  "✅": [["green", square], ["white+", "M6.3 10.3 9 12.9l4.8-5.6"]],
  "☑": [["blue", square], ["white+", "M6.3 10.3 9 12.9l4.8-5.6"]],
  "✔": [["green+", "M4 10.8 8.2 15 16 5.6"]],
  "❌": [["red+", "M5 5l10 10M15 5 5 15"]],
  "🚫": [["red+", `${disc}M5.2 5.2l9.6 9.6`]],
  "⛔": [["red", disc], ["white+", "M6.3 10h7.4"]],
  "🚩": [["line+", "M5 2.8v14.6"], ["red", "M5.8 3.2 16.4 7 5.8 10.8z"]],
  "⚠": [["amber", "M10 2.6 18 17H2z"], ["dark+", "M10 7.6v4M10 14.2v.1"]],
  "🚨": [["red", "M5 14.2V10a5 5 0 0 1 10 0v4.2z"], ["line+", "M3.5 16.8h13M10 2v1.2M3.6 4.4l.9.9M16.4 4.4l-.9.9"]],
  "❗": [["red+", "M10 3.2v8.4M10 16v.2"]],
  "❓": [["red+", "M6.8 6.8C7 4.6 8.2 3.4 10.1 3.4c1.9 0 3.3 1.2 3.3 3 0 2.6-3.3 2.7-3.3 5.4M10.1 16v.2"]],
  "⌛": sand,
  "⏳": [...sand, ["amber", "M7.6 5.2h4.8L10 8.4z"]],
  "⏰": [["red+", disc], ["line+", "M10 6.2V10l2.6 1.8"]],
  "⏱": [["line+", "M10 4.6a6.2 6.2 0 1 0 0 12.4 6.2 6.2 0 0 0 0-12.4zM10 8v3M8.2 2.2h3.6"]],
  "🕐": [["line+", `${disc}M10 5.6V10l2-2.4`]],
  "📅": [["line+", "M3.5 5h13v11.5h-13z"], ["red", "M3.5 4.2h13v4h-13z"]],
  "🤖": [["steel", "M4 7.2A2.2 2.2 0 0 1 6.2 5h7.6A2.2 2.2 0 0 1 16 7.2v6.6a2.2 2.2 0 0 1-2.2 2.2H6.2A2.2 2.2 0 0 1 4 13.8z"], ["steel+", "M10 4.6V2.4M2.6 9.4v3M17.4 9.4v3"], ["white+", "M7.6 9v.2M12.4 9v.2M7.4 13h5.2"]],
  "👀": [["white", "M6 4.4c2 0 3.4 2.4 3.4 5.6S8 15.6 6 15.6 2.6 13.2 2.6 10 4 4.4 6 4.4zM14 4.4c2 0 3.4 2.4 3.4 5.6s-1.4 5.6-3.4 5.6-3.4-2.4-3.4-5.6S12 4.4 14 4.4z"], ["line+", "M6 4.4c2 0 3.4 2.4 3.4 5.6S8 15.6 6 15.6 2.6 13.2 2.6 10 4 4.4 6 4.4zM14 4.4c2 0 3.4 2.4 3.4 5.6s-1.4 5.6-3.4 5.6-3.4-2.4-3.4-5.6S12 4.4 14 4.4z"], ["dark", "M4.8 8.4a1.7 1.7 0 1 1 0 3.4 1.7 1.7 0 0 1 0-3.4zM12.8 8.4a1.7 1.7 0 1 1 0 3.4 1.7 1.7 0 0 1 0-3.4z"]],
  "📊": [["blue", "M3.4 9.5h3.4V17H3.4z"], ["green", "M8.3 3h3.4v14H8.3z"], ["amber", "M13.2 6.4h3.4V17h-3.4z"]],
  "📈": chart("red+", "M6 13.2 9.2 9.4l2.4 1.8L16.4 5"),
  "📉": chart("blue+", "M6 5.4 9.2 9.2l2.4-1.6 4.8 5.8"),
  "🔍": [["line+", "M8.6 3.4a5.2 5.2 0 1 0 0 10.4 5.2 5.2 0 0 0 0-10.4zM12.5 12.5 17 17"]],
  "👋": [["amber+", "M6.4 10.6 4.2 7.4M8.2 8.6 6 4.6M10.4 7.8 8.8 3.6M12.6 8.2l-1-4.2"], ["amber", "M5.6 10.2c1.6-2 5-3.4 7.6-2.8l.9 1.2 1.1-2.4c.6-1.1 2-.5 1.8.7-.5 4.6-1.8 8.3-5.4 9.5-3.6 1-7-2.6-6-6.2z"]],
  "🎉": [["amber", "M3 17 7 7.4l5.6 5.6z"], ["red+", "M11 8.4c.4-2 1.6-3.4 3.4-4"], ["blue+", "M12.6 10.2c1.6-.7 3.2-.6 4.4.4"], ["green+", "M8.4 4.6v.1M16.4 7v.1M11.4 3v.1"]],
  "✨": [["amber", "M8 3.5 9.7 8 14 9.7 9.7 11.4 8 16l-1.7-4.6L2 9.7 6.3 8zM15.2 2.4l.8 2 2 .8-2 .8-.8 2-.8-2-2-.8 2-.8z"]],
  "💡": [["amber", "M10 2.4a5.4 5.4 0 0 0-3 9.9v1.9h6v-1.9a5.4 5.4 0 0 0-3-9.9z"], ["line+", "M8 16.2h4M9 18.2h2"]],
  "🔒": [["line+", "M6.8 9V6.6a3.2 3.2 0 0 1 6.4 0V9"], ["amber", "M4.6 8.8h10.8v8H4.6z"]],
  "🔔": [["amber", "M10 2.8c-3 0-4.6 2.2-4.6 5 0 3.4-1 4.6-2 5.6h13.2c-1-1-2-2.2-2-5.6 0-2.8-1.6-5-4.6-5zM8.2 15h3.6a1.8 1.8 0 0 1-3.6 0z"]],
  "📋": [["line+", "M4.5 4.5h11V17h-11zM7 9h6M7 12.4h6"], ["steel", "M7.2 2.8h5.6v3H7.2z"]],
  "📝": [["line+", "M4 3.5h9.5v13H4zM6.5 7h4.5M6.5 10h3"], ["amber+", "M10 13.4 16.8 6"]],
  "📥": [["line+", "M3 11v5.5h14V11"], ["blue+", "M10 2.8v9M6.6 8.6 10 12l3.4-3.4"]],
  "📤": [["line+", "M3 11v5.5h14V11"], ["blue+", "M10 12V3M6.6 6.4 10 3l3.4 3.4"]],
  "📄": [["line+", "M5 2.8h6.5L15 6.4v10.8H5zM7.6 9h4.8M7.6 12.4h4.8"]],
  "🏷": [["amber", "M3 3h7l7.4 7.4-6.6 6.6L3 9.6z"], ["dark+", "M6.4 6.4v.1"]],
  "💬": [["blue", "M3 4h14v9.4H9.4L5.6 16.6v-3.2H3z"]],
  "👤": [["steel", person]],
  "👥": [["steel", person], ["steel+", "M15.4 5.2a2.6 2.6 0 0 1 0 4.4M18.4 16c-.2-1.8-.8-3-1.8-3.8"]],
  "🎯": [["red+", `${disc}M10 6.4a3.6 3.6 0 1 0 0 7.2 3.6 3.6 0 0 0 0-7.2z`], ["red", "M10 9a1 1 0 1 0 0 2 1 1 0 0 0 0-2z"]],
  "⭐": [["amber", "m10 2.4 2.4 5 5.4.7-4 3.8 1 5.5-4.8-2.7-4.8 2.7 1-5.5-4-3.8 5.4-.7z"]],
  "🔥": [["red", "M10.4 2.2c.6 3 4.8 4.8 4.8 9.4a5.2 5.2 0 0 1-10.4 0c0-2.2 1-3.6 2.2-4.8.2 1.2.8 1.9 1.5 2.2-.2-2.6.4-5 1.9-6.8z"], ["amber", "M10 17.2a2.7 2.7 0 0 1-2.7-2.8c0-1.7 1.6-2.4 2.2-4 1.7 1 3.2 2.2 3.2 4a2.7 2.7 0 0 1-2.7 2.8z"]],
  "🏆": [["amber", "M6 3h8v4.6a4 4 0 0 1-8 0zM9 11.4h2v3H9zM6.6 14.6h6.8V17H6.6z"], ["amber+", "M5.8 4.6H3.4c0 2.6.9 4 2.8 4.4M14.2 4.6h2.4c0 2.6-.9 4-2.8 4.4"]],
  "🌱": [["green+", "M10 17.4V9.6"], ["green", "M10 10.4C9.8 6.6 7.2 4.6 3 4.6c0 4 2.4 6 7 5.8zM10 12.4c.2-3 2.4-4.8 6.8-4.8 0 3.6-2.4 5.2-6.8 4.8z"]],
  "🏠": [["steel", "M10 2.8 2.6 9.4h2V17h10.8V9.4h2z"]],
  "🔗": [["line+", "M8.4 11.6 11.6 8.4M9 6.6l2-2a3 3 0 0 1 4.3 4.3l-2 2M11 13.4l-2 2a3 3 0 0 1-4.3-4.3l2-2"]],
  "ℹ": [["blue", square], ["white+", "M10 9.4v4.4M10 6.2v.1"]],
  "🔄": [["blue+", "M4.2 9a6 6 0 0 1 10.6-2.6L16.4 8M16.4 4v4h-4M15.8 11a6 6 0 0 1-10.6 2.6L3.6 12M3.6 16v-4h4"]],
  "🙂": face("M6.6 11.6c1.8 2.6 5 2.6 6.8 0"),
  "😄": face("M6.4 11.2h7.2c-.6 3.6-6.6 3.6-7.2 0z"),
  "🤔": face("M7.2 13.4l5.4-1"),
  "😢": face("M7 13.8c1.6-2 4.4-2 6 0"),
  "🔴": [["red", disc]], "🟠": [["orange", disc]], "🟡": [["amber", disc]], "🟢": [["green", disc]], "🔵": [["blue", disc]],
  "⚪": [["line+", disc]], "⚫": [["ink", disc]],
  "🟥": [["red", square]], "🟨": [["amber", square]], "🟩": [["green", square]], "⬜": [["line+", square]], "⬛": [["ink", square]],
};
DRAWN["🔎"] = DRAWN["🔍"];

const SVG = "http://www.w3.org/2000/svg";
const CHARACTERS = new RegExp(`(${Object.keys(DRAWN).join("|")})\uFE0F?`, "u");

function drawing(character) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 20 20");
  svg.setAttribute("class", "emoji");
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", character);
  for (const [paint, d] of DRAWN[character]) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("class", paint.endsWith("+") ? `stroke ${paint.slice(0, -1)}` : paint);
    path.setAttribute("d", d);
    svg.append(path);
  }
  return svg;
}

/** The text as a list of strings and drawings. */
export const drawn = (text) => text.split(CHARACTERS).flatMap((piece, at) => (at % 2 ? [drawing(piece)] : piece ? [piece] : []));
