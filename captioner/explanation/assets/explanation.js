"use strict";

// A caption word by word over its photograph. Texts become text nodes, so nothing that they say can become markup.

const byId = (id) => document.getElementById(id);
const page = JSON.parse(byId("document").textContent);
byId("document").remove();

let pinned = -1; // The word that stays lit, or none.

function element(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.append(...children);
  return node;
}

/** The photograph in grey, and over it the photograph in colour through a mask. */
function picture(name) {
  const size = { src: page.photograph, width: page.width, height: page.height };
  const grey = element("img", { ...size, class: "grey", alt: name });
  const lit = element("img", { ...size, class: "lit", alt: "" });
  grey.style.filter = `grayscale(1) brightness(${page.dimmed})`;
  return { node: element("div", { class: "picture" }, grey, lit), grey, lit };
}

function light(lit, mask) {
  lit.style.maskImage = mask ? `url(${mask})` : "";
}

function panel(word, index) {
  const { node, lit } = picture(`The photograph, lit where ${word.word} comes from`);
  light(lit, word.mask);
  const bar = element("div", { class: "bar" }, element("div", {}));
  bar.firstChild.style.width = `${100 * word.probability}%`;
  const others = word.others.map(([other, probability]) =>
    element("li", {}, element("span", {}, other), element("span", {}, probability)),
  );
  const name = element("strong", { dir: "auto" }, word.word);
  const head = element("p", { class: "head" }, name, element("span", {}, word.probabilities));
  const item = element("li", { class: "word" }, node, head, bar, element("ul", { class: "others" }, ...others));
  listen(item, index);
  return item;
}

function button(word, index) {
  const node = element("button", { type: "button", dir: "auto", "aria-pressed": "false" }, word.word);
  listen(node, index);
  node.addEventListener("focus", () => show(index));
  node.addEventListener("blur", () => show(pinned));
  return node;
}

function listen(node, index) {
  node.addEventListener("mouseenter", () => show(index));
  node.addEventListener("mouseleave", () => show(pinned));
  node.addEventListener("click", () => pin(pinned === index ? -1 : index));
}

function pin(index) {
  pinned = index;
  show(index);
}

/** Lights the large photograph for a word, or all of it. */
function show(index) {
  const word = page.words[index];
  light(stage.lit, word?.mask);
  byId("reading").textContent = word ? `${word.word}: ${word.probabilities}` : "Point at a word; a click keeps it.";
  buttons.forEach((node, place) => {
    node.classList.toggle("shown", place === index);
    node.setAttribute("aria-pressed", String(place === pinned));
  });
  panels.forEach((node, place) => node.classList.toggle("shown", place === index));
}

function move(event) {
  const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (event.key === "Escape") pin(-1);
  if (step) pin(Math.min(Math.max(pinned + step, 0), page.words.length - 1));
}

const stage = picture("The photograph");
const buttons = page.words.map(button);
const panels = page.words.map(panel);

document.title = page.title;
byId("caption").append(...buttons.flatMap((node) => [node, " "]));
byId("about").textContent = page.about;
byId("evidence").textContent = page.evidence;
byId("stage").append(stage.node);
byId("words").append(...panels);
document.addEventListener("keydown", move);
show(-1);
