// Every visible piece of text whose contrast with what is behind it is under WCAG AA for small text (4.5), as
// [text, ratio] pairs. Opacity of ancestors counts; pictures behind text don't occur on this page.
() => {
  const linear = (part) =>
    part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4;
  const light = ([r, g, b]) => 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
  const parsed = (colour) => {
    const [r, g, b, alpha = 1] = colour.match(/[\d.]+/g).map(Number);
    return { rgb: [r, g, b], alpha };
  };
  const over = (front, alpha, back) => back.map((part, at) => part * (1 - alpha) + front[at] * alpha);
  const chain = (element) => (element ? [element, ...chain(element.parentElement)] : []);
  const behind = (element) =>
    chain(element)
      .reverse()
      .reduce(
        (back, each) => {
          const { rgb, alpha } = parsed(getComputedStyle(each).backgroundColor);
          return over(rgb, alpha, back);
        },
        [255, 255, 255],
      );
  const faint = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode.textContent.trim();
    const element = walker.currentNode.parentElement;
    if (!text || !element.checkVisibility({ visibilityProperty: true })) continue;
    const opacity = chain(element).reduce((product, each) => product * getComputedStyle(each).opacity, 1);
    if (opacity === 0) continue;
    const back = behind(element);
    const front = over(parsed(getComputedStyle(element).color).rgb, opacity, back);
    const [dim, bright] = [light(front), light(back)].sort((a, b) => a - b);
    const ratio = (bright + 0.05) / (dim + 0.05);
    if (ratio < 4.5) faint.push([text.slice(0, 40), Math.round(ratio * 100) / 100]);
  }
  return faint;
};
