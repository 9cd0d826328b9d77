"use strict";

// One unit at a time over the text. Texts become text nodes, so nothing that they say can become markup.

const STEPS = 127;
const LOW = "46, 110, 182";
const HIGH = "214, 79, 42";

const byId = (id) => document.getElementById(id);
const page = JSON.parse(byId("document").textContent);
byId("document").remove();
const quantities = page.quantities.map(decoded);
const characters = page.text.map(characterElement);
let chosen = { feature: page.features[0], quantity: 0, unit: 0 };

function element(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.append(...children);
  return node;
}

/** Signed bytes of all units, one after the other. */
function decoded(quantity) {
  const text = atob(quantity.codes);
  const codes = new Int8Array(text.length);
  for (let place = 0; place < text.length; place++) codes[place] = text.charCodeAt(place);
  return { ...quantity, codes };
}

/** A line's end is shown before it ends the line, so that it has a colour, too. */
function characterElement(character) {
  const shown = character === "\n" ? "\u21b5\n" : character;
  return element("span", character === "\n" ? { class: "end" } : {}, shown);
}

function code(place) {
  return quantities[chosen.quantity].codes[chosen.unit * characters.length + place];
}

function numeral(number) {
  return number.toFixed(2).replace("-", "\u2212");
}

function colour(code) {
  return `rgba(${code < 0 ? LOW : HIGH}, ${((0.85 * Math.abs(code)) / STEPS).toFixed(3)})`;
}

function show() {
  const { centre, reach, name } = quantities[chosen.quantity];
  const most = reach[chosen.unit];
  characters.forEach((node, place) => (node.style.backgroundColor = colour(code(place))));
  byId("quantity").value = String(chosen.quantity);
  byId("unit").max = String(reach.length - 1);
  byId("unit").value = String(chosen.unit);
  byId("low").textContent = numeral(centre - most);
  byId("high").textContent = numeral(centre + most);
  byId("value").value = "";
  byId("reading").textContent = `The ${name} of unit ${chosen.unit}${standing()}`;
  for (const button of document.querySelectorAll("nav button")) {
    const [feature, quantity, unit] = button.dataset.place.split(" ").map(Number);
    const pressed = page.features[feature] === chosen.feature && quantity === chosen.quantity && unit === chosen.unit;
    button.setAttribute("aria-pressed", String(pressed));
  }
  underline();
}

/** What is known about the chosen unit and the chosen feature. */
function standing() {
  const { name, units, threshold } = chosen.feature;
  const found = units.find(({ quantity, unit }) => quantity === chosen.quantity && unit === chosen.unit);
  if (!found) return ".";
  const verdict = found.tracks ? "It tracks them" : "That is not beyond chance";
  return `; ${name}: r = ${numeral(found.heldOut)} on this half, ${numeral(found.chosenBy)} where it was chosen. ${verdict} (chance: ${numeral(threshold)}).`;
}

function underline() {
  const wanted = byId("underline").checked;
  const { values } = chosen.feature;
  characters.forEach((node, place) => node.classList.toggle("featured", wanted && values[place] !== 0));
}

function choose(change) {
  chosen = { ...chosen, ...change };
  show();
}

function featureList(feature, index) {
  const title = element("h2", {}, feature.name);
  const chance = feature.threshold === null ? "" : ` Chance: ${numeral(feature.threshold)}.`;
  const description = element("p", {}, feature.description + chance);
  return element("section", {}, title, description, verdict(feature), units(feature, index));
}

function verdict({ units, threshold }) {
  if (threshold === null) return element("p", { class: "none" }, "The text does not vary in this.");
  return units.some(({ tracks }) => tracks) ? "" : element("p", { class: "none" }, "No unit tracks this beyond chance.");
}

function units(feature, index) {
  const items = feature.units.map((found) => {
    const label = `${quantities[found.quantity].name} ${found.unit}`;
    const attributes = { type: "button", "data-place": `${index} ${found.quantity} ${found.unit}` };
    const correlation = element("span", { class: "number" }, numeral(found.heldOut));
    const button = element("button", attributes, element("span", { class: found.tracks ? "" : "chance" }, label), correlation);
    button.addEventListener("click", () => choose({ feature, quantity: found.quantity, unit: found.unit }));
    return element("li", {}, button);
  });
  return element("ol", {}, ...items);
}

function chooseByNumber() {
  const most = quantities[Number(byId("quantity").value)].reach.length - 1;
  const unit = Math.min(Math.max(Math.trunc(Number(byId("unit").value)) || 0, 0), most);
  choose({ quantity: Number(byId("quantity").value), unit });
}

function showValue(event) {
  const place = characters.indexOf(event.target);
  if (place < 0) return;
  const { centre, reach } = quantities[chosen.quantity];
  const value = centre + (code(place) / STEPS) * reach[chosen.unit];
  byId("value").value = `${JSON.stringify(page.text[place])}: ${numeral(value)}, ${chosen.feature.name} ${chosen.feature.values[place]}`;
}

document.title = page.title;
byId("title").textContent = page.title;
for (const [name, value] of Object.entries(page.conditions)) {
  byId("conditions").append(element("dt", {}, name), element("dd", {}, value));
}
byId("text").append(...characters);
byId("features").append(...page.features.map(featureList));
byId("quantity").append(...quantities.map(({ name }, index) => element("option", { value: index }, name)));
byId("quantity").addEventListener("change", chooseByNumber);
byId("unit").addEventListener("change", chooseByNumber);
byId("underline").addEventListener("change", underline);
byId("text").addEventListener("mouseover", showValue);

const first = page.features.find(({ units }) => units.some(({ tracks }) => tracks)) ?? page.features[0];
choose({ feature: first, ...(first.units.find(({ tracks }) => tracks) ?? { quantity: 0, unit: 0 }) });
