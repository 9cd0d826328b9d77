"use strict";

// Elements from data. Texts become text nodes, so nothing that a caption says can become markup.

const SVG = "http://www.w3.org/2000/svg";

/** An element with attributes and children; a child is an element or a text. */
function element(name, attributes = {}, ...children) {
  return filled(document.createElement(name), attributes, children);
}

/** The same for a part of a drawing. */
function shape(name, attributes = {}, ...children) {
  return filled(document.createElementNS(SVG, name), attributes, children);
}

function filled(node, attributes, children) {
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.append(...children);
  return node;
}

function byId(id) {
  return document.getElementById(id);
}

/** The JSON inside a script element, whose text is then let go. */
function embedded(id) {
  const node = byId(id);
  const value = JSON.parse(node.textContent);
  node.remove();
  return value;
}

/** A table with a line of headings, of which one may be empty; the first cell of each row is its heading. */
function table(headings, rows, name = "") {
  const heads = headings.map((heading) => (heading ? element("th", { scope: "col" }, heading) : element("td")));
  const head = element("tr", {}, ...heads);
  const lines = rows.map(([label, ...cells]) =>
    element("tr", {}, element("th", { scope: "row" }, label), ...cells.map((cell) => element("td", {}, cell))),
  );
  return element("table", { class: name }, element("thead", {}, head), element("tbody", {}, ...lines));
}

function count(number, noun) {
  return `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`;
}
