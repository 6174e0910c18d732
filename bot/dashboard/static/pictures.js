// Pictures by kind. Each is drawn by Chart.js in the colours of the style sheet, but for steps,
// which are a list with bars; each has its numbers as a table beneath.

import { h, table } from "./dom.js";
import { said } from "./units.js";

const drawn = new Set();

export function forget() {
  for (const chart of drawn) chart.destroy();
  drawn.clear();
}

export function picture(shape) {
  if (shape.kind === "steps") return steps(shape);
  const canvas = h("canvas", { role: "img", "aria-label": `${shape.title}: its table follows` });
  const figure = h(
    "figure",
    {},
    h("figcaption", {}, shape.title),
    h("div", { class: "canvas" }, canvas),
    h("details", { "data-key": shape.title }, h("summary", {}, "As a table"), table(shape.table, shape.title)),
  );
  drawers.set(canvas, () => drawn.add(new Chart(canvas, kinds[shape.kind](shape, colours()))));
  return figure;
}

// A chart takes its size from where it stands, so it is drawn once it stands there.
const drawers = new Map();

export function draw() {
  for (const each of drawers.values()) each();
  drawers.clear();
}

function steps({ title, rows }) {
  const most = Math.max(1, ...rows.map((row) => row.number));
  return h(
    "ol",
    { class: "steps", "aria-label": title },
    rows.map((row) => {
      const bar = h("span", { class: "bar", "aria-hidden": "true" });
      bar.style.inlineSize = `${(100 * row.number) / most}%`;
      return h(
        "li",
        { class: `level-${row.level}` },
        h("span", { class: "name" }, row.name),
        h("span", { class: "number" }, row.number.toLocaleString("en")),
        h("span", { class: "words" }, row.words),
        h("span", { class: "track", "aria-hidden": "true" }, bar),
      );
    }),
  );
}

function colours() {
  const style = getComputedStyle(document.documentElement);
  const read = (name) => style.getPropertyValue(`--${name}`).trim();
  return { line: read("line"), band: read("band"), paper: read("paper"), text: read("soft"), grid: read("rule"), second: read("second") };
}

function frame(colour, { unit, min, max, x = {}, y = {}, legend = false, points = false, tooltip }) {
  const ticks = { color: colour.text };
  return {
    animation: false,
    responsive: true,
    maintainAspectRatio: false,
    interaction: { mode: "index", intersect: false },
    scales: {
      x: { grid: { display: false }, ticks: { ...ticks, maxRotation: 0, autoSkipPadding: 12 }, ...x },
      y: {
        beginAtZero: min === undefined,
        min,
        max,
        grid: { color: colour.grid },
        ticks: { ...ticks, maxTicksLimit: 6, callback: (value) => said(value, unit) },
        ...y,
      },
    },
    plugins: {
      legend: {
        display: legend,
        labels: {
          color: colour.text,
          usePointStyle: points,
          boxHeight: points ? 7 : 2,
          filter: (item) => item.text,
          sort: (one, other) => one.datasetIndex - other.datasetIndex, // not by what lies on top
        },
      },
      tooltip,
    },
  };
}

const line = (colour, data, more) => ({
  data,
  borderColor: colour,
  backgroundColor: colour,
  borderWidth: 2,
  pointRadius: 3,
  clip: 8,
  spanGaps: false,
  ...more,
});
const edge = (data, more) => ({ data, pointRadius: 0, borderWidth: 0, spanGaps: false, ...more });

function band(shape, colour) {
  const { low, middle, high, unit, table: numbers } = shape;
  const known = (values) => values.filter((each) => each != null);
  const max = unit === "%" && Math.max(0, ...known(high)) > 0.9 ? 1 : undefined;
  const lowest = Math.min(1, ...known(low));
  const min = unit === "%" && known(low).length && lowest > 0.5 ? Math.floor(lowest * 10) / 10 : undefined;
  const last = shape.is_unfinished ? middle.length - 1 : undefined;
  // A week between two without enough has no band to be seen: it gets its interval as a line.
  const alone = (at) => middle[at] != null && middle[at - 1] == null && middle[at + 1] == null;
  const words = { label: (item) => (item.datasetIndex === 2 ? numbers.rows[item.dataIndex][1] : null) };
  return {
    type: "line",
    data: {
      labels: shape.places,
      datasets: [
        edge(low),
        edge(high, { fill: 0, backgroundColor: colour.band }),
        line(colour.line, middle, {
          fill: false,
          pointBackgroundColor: ({ dataIndex }) => (dataIndex === last ? colour.paper : colour.line),
          segment: { borderDash: ({ p1DataIndex }) => (p1DataIndex === last ? [4, 4] : undefined) },
        }),
      ],
    },
    options: frame(colour, {
      unit,
      min,
      max,
      tooltip: { displayColors: false, filter: (item) => item.datasetIndex === 2, callbacks: words },
    }),
    plugins: [
      whiskers(
        colour,
        middle.flatMap((_, at) => (alone(at) && low[at] != null ? [{ x: at, low: low[at], high: high[at] }] : [])),
      ),
    ],
  };
}

function whiskers(colour, points) {
  return {
    id: "whiskers",
    beforeDatasetsDraw({ ctx, scales: { x, y } }) {
      ctx.save();
      ctx.strokeStyle = colour.line;
      for (const point of points) {
        ctx.beginPath();
        ctx.moveTo(x.getPixelForValue(point.x), y.getPixelForValue(point.low));
        ctx.lineTo(x.getPixelForValue(point.x), y.getPixelForValue(point.high));
        ctx.stroke();
      }
      ctx.restore();
    },
  };
}

function bars(shape, colour) {
  return {
    type: "bar",
    data: { labels: shape.places, datasets: [{ data: shape.values, backgroundColor: colour.line, maxBarThickness: 40 }] },
    options: frame(colour, {
      unit: "",
      y: { ticks: { color: colour.text, precision: 0 } },
      tooltip: { displayColors: false },
    }),
  };
}

function lines(shape, colour) {
  const pens = [colour.line, colour.second, colour.text];
  const now = {
    id: "now",
    afterDatasetsDraw(chart) {
      const { ctx, chartArea: area, scales } = chart;
      ctx.save();
      ctx.strokeStyle = colour.text;
      ctx.setLineDash([4, 4]);
      ctx.beginPath();
      for (const threshold of shape.now) {
        const x = scales.x.getPixelForValue(threshold);
        ctx.moveTo(x, area.top);
        ctx.lineTo(x, area.bottom);
      }
      ctx.stroke();
      ctx.restore();
    },
  };
  return {
    type: "line",
    data: {
      datasets: shape.lines.map((each, place) =>
        line(pens[place % pens.length], each.points.map(([x, y]) => ({ x, y })), {
          label: each.name,
          pointRadius: 0,
          borderDash: place ? [6, 3] : [],
        }),
      ),
    },
    options: frame(colour, {
      unit: shape.unit,
      legend: true,
      x: { type: "linear", min: shape.from, max: shape.to, ticks: { color: colour.text, callback: (value) => said(value, "%") } },
      tooltip: {
        callbacks: {
          title: (items) => said(items[0]?.parsed.x ?? 0, "%"),
          label: (item) => `${item.dataset.label}: ${said(item.parsed.y, shape.unit)}`,
        },
      },
    }),
    plugins: [now],
  };
}

function reliability(shape, colour) {
  const { points, names, from } = shape;
  const axis = (text) => ({
    type: "linear",
    min: from,
    max: 1,
    title: { display: true, text, color: colour.text },
    ticks: { color: colour.text, callback: (value) => said(value, "%") },
  });
  const before = line(colour.second, points.map(({ before: x, y }) => ({ x, y })), {
    label: names.before,
    pointRadius: 5,
    backgroundColor: "transparent",
    order: 1,
  });
  return {
    type: "scatter",
    data: {
      datasets: [
        ...(names.before ? [before] : []),
        line(colour.line, points, { label: names.points, pointRadius: 5, order: 0 }),
        line(colour.text, [{ x: from, y: from }, { x: 1, y: 1 }], {
          label: "as sure as right",
          showLine: true,
          pointStyle: "line",
          pointRadius: 0,
          borderWidth: 1,
          borderDash: [4, 4],
          order: 2,
        }),
      ],
    },
    options: {
      ...frame(colour, {
        unit: "%",
        legend: true,
        points: true,
        x: axis("how sure the AI was"),
        y: axis("how often it was right"),
        tooltip: {
          filter: (item) => item.dataset.pointRadius > 0,
          callbacks: {
            label: ({ dataset, dataIndex: at, parsed }) =>
              `${dataset.label}: ${said(parsed.x, "%")} sure, right ${points[at].words}`,
          },
        },
      }),
      interaction: { mode: "nearest", intersect: false },
    },
    plugins: [whiskers(colour, points), ...(names.before ? [moves(colour, points)] : [])],
  };
}

// From what the model says to what that is worth, in each bin.
function moves(colour, points) {
  return {
    id: "moves",
    beforeDatasetsDraw({ ctx, scales: { x, y } }) {
      ctx.save();
      ctx.strokeStyle = ctx.fillStyle = colour.second;
      for (const point of points) {
        const [start, end] = [x.getPixelForValue(point.before), x.getPixelForValue(point.x)];
        const [level, way] = [y.getPixelForValue(point.y), Math.sign(end - start)];
        const [tail, tip] = [start + 6 * way, end - 6 * way];
        if ((tip - tail) * way < 6) continue; // it hardly moved
        ctx.beginPath();
        ctx.moveTo(tail, level);
        ctx.lineTo(tip, level);
        ctx.stroke();
        ctx.beginPath();
        ctx.moveTo(tip, level);
        ctx.lineTo(tip - 6 * way, level - 4);
        ctx.lineTo(tip - 6 * way, level + 4);
        ctx.fill();
      }
      ctx.restore();
    },
  };
}

const kinds = { band, bars, lines, reliability };
