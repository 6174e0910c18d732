// Pictures: small ones enlarged pixel by pixel, every one opened large by a click, missing ones told in words.

import { h, icon, iconButton, link, safeUrl } from "./dom.js";
import { openLayer } from "./layers.js";

const TINY = 64; // px; at or under this a picture is data (a digit, an icon), looked at pixel by pixel
const ENLARGED = 200; // px the longer side is brought to

function sourceOf(block) {
  const file = block.slack_file;
  if (file?.id) return `/sandbox/files/${encodeURIComponent(file.id)}`;
  return safeUrl(file?.url ?? block.image_url);
}

export function picture(block, { thumb = false } = {}) {
  const source = sourceOf(block);
  const alt = block.alt_text ?? "";
  const frame = h("div", { class: thumb ? "picture thumb" : "picture" });
  if (!source) return missing(frame, alt, null);
  const image = h("img", { alt, src: source, loading: "lazy", decoding: "async" });
  const open = h(
    "button",
    { type: "button", class: "picture-open", "aria-label": `Enlarge: ${alt || "picture"}` },
    image,
  );
  image.addEventListener("load", () => enlarge(image, thumb ? 88 : ENLARGED));
  image.addEventListener("error", () => missing(frame, alt, source));
  open.addEventListener("click", () => zoom({ source, alt, title: block.title?.text }));
  frame.append(open);
  return frame;
}

/** Whole multiples only, so that every pixel of the original has the same size. */
function enlarge(image, side) {
  const longer = Math.max(image.naturalWidth, image.naturalHeight);
  if (!longer || longer > TINY) return;
  const factor = Math.max(1, Math.round(side / longer));
  image.classList.add("pixels");
  image.style.width = `${image.naturalWidth * factor}px`;
  image.style.height = `${image.naturalHeight * factor}px`;
}

function missing(frame, alt, source) {
  frame.classList.add("missing");
  const outside = source && !source.startsWith("/") && safeUrl(source);
  frame.replaceChildren(
    icon("picture"),
    h("span", {}, alt || "Picture without a description"),
    outside ? link(outside, "Open the picture") : h("small", {}, "The picture isn't available"),
  );
  return frame;
}

function zoom({ source, alt, title }) {
  const image = h("img", { src: source, alt });
  image.addEventListener("load", () => {
    const longer = Math.max(image.naturalWidth, image.naturalHeight);
    if (longer > TINY) return;
    image.classList.add("pixels");
    const room = Math.min(innerWidth, innerHeight) * 0.8;
    const factor = Math.max(1, Math.floor(room / longer));
    image.style.width = `${image.naturalWidth * factor}px`;
  });
  const layer = openLayer({
    label: title || alt || "Picture",
    kind: "zoom",
    content: [image, h("p", {}, title || alt), iconButton("close", "Close picture", () => layer.dismiss())],
  });
}
