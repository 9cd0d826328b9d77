// Distributions as bars; a second group is drawn as a line over them, and all numbers are in a table below.

const CHART = { width: 360, height: 190, left: 40, right: 8, top: 10, bottom: 26 };
const MOST_TICKS = 9;

function showCharts(distributions) {
  byId("distributions").append(...distributions.map(chart));
}

function chart(distribution) {
  const names = Object.keys(distribution.shares);
  const caption = [element("strong", {}, distribution.title), ` ${distribution.sentence}`];
  return element(
    "figure",
    { class: "chart" },
    element("figcaption", {}, ...caption),
    drawing(distribution, names),
    names.length > 1 ? chartLegend(names) : "",
    numbers(distribution, names),
  );
}

function drawing({ title, starts, shares, labels, whole }, names) {
  const highest = Math.max(...names.flatMap((name) => shares[name]), 0.01);
  const step = roundStep(highest / 3);
  const scale = makeScale(starts.length, Math.ceil(highest / step - 1e-9) * step);
  return shape(
    "svg",
    { viewBox: `0 0 ${CHART.width} ${CHART.height}`, role: "img", "aria-label": `Bar chart: ${title}` },
    ...gridLines(scale, step),
    ...shares[names[0]].map((share, bin) => bar(scale, bin, share)),
    ...names.slice(1).map((name) => outline(scale, shares[name])),
    ...ticks(scale, starts, whole),
    ...labels.map((label, bin) => hint(scale, bin, label, names, shares)),
  );
}

function makeScale(bins, top) {
  const width = (CHART.width - CHART.left - CHART.right) / bins;
  const floor = CHART.height - CHART.bottom;
  const x = (bin) => CHART.left + bin * width;
  const y = (share) => floor - (share / top) * (floor - CHART.top);
  return { width, floor, top, x, y };
}

/** The smallest of 1, 2 or 5 times a power of ten that is at least `value`. */
function roundStep(value) {
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= value * (1 - 1e-9));
}

function gridLines({ top, y }, step) {
  const lines = [];
  for (let share = 0; share <= top * (1 + 1e-9); share += step) {
    const height = y(share);
    lines.push(
      shape("line", { class: "grid", x1: CHART.left, x2: CHART.width - CHART.right, y1: height, y2: height }),
      shape("text", { class: "axis", x: CHART.left - 6, y: height + 4, "text-anchor": "end" }, percent(share, 0)),
    );
  }
  return lines;
}

function bar({ x, y, width, floor }, bin, share) {
  const gap = Math.min(1, width / 6);
  return shape("rect", { class: "bar", x: x(bin) + gap, y: y(share), width: width - 2 * gap, height: floor - y(share) });
}

function outline({ x, y }, shares) {
  const path = shares.map((share, bin) => `L${x(bin)} ${y(share)}L${x(bin + 1)} ${y(share)}`).join("");
  return shape("path", { class: "outline", d: `M${x(0)} ${y(0)}${path}L${x(shares.length)} ${y(0)}` });
}

/** A bar for one whole number has it in the middle; other bars are marked where they begin. */
function ticks({ x, floor, width }, starts, whole) {
  const every = Math.ceil(starts.length / MOST_TICKS);
  const shift = whole && starts[1] === 1 ? width / 2 : 0;
  return starts
    .map((start, bin) => [start, bin])
    .filter(([, bin]) => bin % every === 0)
    .map(([start, bin]) =>
      shape("text", { class: "axis", x: x(bin) + shift, y: floor + 17, "text-anchor": "middle" }, String(start)),
    );
}

function hint({ x, width, floor }, bin, label, names, shares) {
  const values = names.map((name) => `${names.length > 1 ? `${name} ` : ""}${percent(shares[name][bin], 1)}`);
  const area = { class: "hint", x: x(bin), y: CHART.top, width, height: floor - CHART.top };
  return shape("rect", area, shape("title", {}, `${label}: ${values.join(", ")}`));
}

function chartLegend(names) {
  const keys = names.map((name, index) =>
    element("span", { class: index ? "key key-line" : "key key-bar" }, name),
  );
  return element("p", { class: "legend" }, ...keys);
}

function numbers({ labels, shares }, names) {
  const rows = labels.map((label, bin) => [label, ...names.map((name) => percent(shares[name][bin], 1))]);
  return element("details", {}, element("summary", {}, "Numbers"), table(["", ...names], rows, "numbers"));
}

function percent(share, digits) {
  return `${(100 * share).toFixed(digits)}\u00a0%`;
}
