// Block Kit text objects: plain_text is shown as it is (emoji codes apart), mrkdwn is marked up.

import { emojiNodes, emojified } from "./emoji.js";
import { drawn } from "./glyphs.js";
import { mrkdwn } from "./mrkdwn.js";

/** The words of a text object as a string; "" when there is none. */
export function plain(text) {
  if (!text) return "";
  const words = typeof text === "string" ? text : String(text.text ?? "");
  return text.emoji === false ? words : emojified(words);
}

/** The words as nodes, ready for h(). */
export function plainNodes(text) {
  if (!text) return [];
  const words = typeof text === "string" ? text : String(text.text ?? "");
  return text.emoji === false ? drawn(words) : emojiNodes(words);
}

export const textNodes = (text) => (text?.type === "mrkdwn" ? [mrkdwn(text.text)] : plainNodes(text));
