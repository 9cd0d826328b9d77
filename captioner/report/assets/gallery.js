// The images: sorted, filtered, and put into the page a screenful at a time while the reader goes down.

const PAGE = 40;
const EMPTY = "(no words)";
const LONG = 2000; // characters; such a text scrolls in a box, and marking each of its words would take seconds
const WORD = /[\p{L}\p{N}]+(?:['’-][\p{L}\p{N}]+)*/gu;
const ORDERS = {
  "CIDEr-D, worst first": (a, b) => a.cider - b.cider,
  "CIDEr-D, best first": (a, b) => b.cider - a.cider,
  "BLEU-4, worst first": (a, b) => a.bleu - b.bleu,
  "BLEU-4, best first": (a, b) => b.bleu - a.bleu,
  "Length, shortest first": (a, b) => a.words - b.words,
  "Length, longest first": (a, b) => b.words - a.words,
  "As in the file": () => 0,
};

/** Shows the images and returns a function that keeps only those with one sentence as their caption. */
function showGallery(images, thumbnails) {
  images.forEach((image, index) => (image.thumbnail = thumbnails[index]));
  const sharing = countBy(images, (image) => image.sentence);
  let found = [];
  let shown = 0;
  let sentence = null;

  const nearEnd = new IntersectionObserver(
    (entries) => entries.some((entry) => entry.isIntersecting) && showMore(),
    { rootMargin: "1500px" },
  );

  function showMore() {
    const next = found.slice(shown, shown + PAGE);
    byId("images").append(...next.map((image) => row(image, sharing.get(image.sentence), chooseSentence)));
    shown += next.length;
    byId("more").hidden = shown === found.length;
    nearEnd.disconnect();
    nearEnd.observe(byId("more")); // Anew, because it reports changes only, and the end may be as near as before.
  }

  function update() {
    const matches = matcher(byId("filter").value, byId("in-references").checked);
    found = images.filter((image) => (sentence === null || image.sentence === sentence) && matches(image));
    found.sort(ORDERS[byId("order").value]);
    shown = 0;
    byId("images").replaceChildren();
    byId("count").value = `${found.length.toLocaleString("en")} of ${count(images.length, "image")}`;
    showMore();
    if (byId("images").getBoundingClientRect().top < 0) byId("gallery").scrollIntoView();
  }

  function chooseSentence(chosen) {
    sentence = chosen;
    byId("chosen").hidden = chosen === null;
    if (chosen !== null) {
      const { caption } = images.find((image) => image.sentence === chosen);
      byId("chosen").querySelector("q").textContent = caption || EMPTY;
      byId("filter").value = "";
    }
    update();
    byId("gallery").scrollIntoView();
    byId("gallery").focus({ preventScroll: true });
  }

  byId("order").append(...Object.keys(ORDERS).map((name) => element("option", {}, name)));
  byId("order").addEventListener("change", update);
  byId("in-references").addEventListener("change", update);
  byId("filter").addEventListener("input", afterAPause(update, 150));
  byId("chosen").querySelector("button").addEventListener("click", () => chooseSentence(null));
  byId("more").addEventListener("click", showMore);
  update();
  return chooseSentence;
}

/** Whether an image has all words of the query: in its caption, file name or number, and in its references if wanted. */
function matcher(query, inReferences) {
  const words = plain(query).split(/\s+/).filter(Boolean);
  return (image) => {
    image.own ??= plain(`${image.caption}\n${image.file}\n${image.id}`);
    image.others ??= plain(image.references.join("\n"));
    return words.every((word) => image.own.includes(word) || (inReferences && image.others.includes(word)));
  };
}

function row(image, sharing, chooseSentence) {
  const references = image.references.map((text) => element("li", { dir: "auto" }, text));
  return element(
    "li",
    { class: "image" },
    picture(image),
    element(
      "div",
      { class: "words" },
      element("h3", { class: "caption", dir: "auto", ...boxed(image.caption) }, ...markedWords(image)),
      measures(image),
      element("ul", { class: "references", "aria-label": "References", ...boxed(image.references.join()) }, ...references),
      origin(image, sharing, chooseSentence),
    ),
  );
}

function picture(image) {
  if (image.thumbnail === null) return element("div", { class: "picture no-picture" }, "no picture");
  const source = `data:image/jpeg;base64,${image.thumbnail}`;
  const attributes = { src: source, alt: `Image ${image.id}`, loading: "lazy", decoding: "async" };
  return element("div", { class: "picture" }, element("img", attributes));
}

/** A box that scrolls must be reachable by keyboard. */
function boxed(text) {
  return text.length > LONG ? { "data-long": "", tabindex: "0" } : {};
}

/** The caption, with the words marked that no reference has. */
function markedWords({ caption, references }) {
  if (!caption.trim()) return [element("span", { class: "empty" }, EMPTY)];
  if (caption.length > LONG) return [caption];
  const known = new Set(plain(references.join("\n")).match(WORD));
  const parts = [];
  let end = 0;
  for (const match of caption.matchAll(WORD)) {
    if (known.has(plain(match[0]))) continue;
    parts.push(caption.slice(end, match.index), element("span", { class: "unshared" }, match[0]));
    end = match.index + match[0].length;
  }
  return [...parts, caption.slice(end)];
}

function measures(image) {
  const values = { "CIDEr-D": image.cider.toFixed(1), "BLEU-4": image.bleu.toFixed(1), words: String(image.words) };
  const items = Object.entries(values).map(([name, value]) =>
    element("div", {}, element("dt", {}, name), element("dd", {}, value)),
  );
  return element("dl", { class: "measures" }, ...items);
}

function origin(image, sharing, chooseSentence) {
  const parts = [element("bdi", {}, image.file), ` · ${image.id}`];
  if (sharing > 1) {
    const button = element("button", { type: "button", class: "link" }, `${count(sharing, "image")} captioned like this`);
    button.addEventListener("click", () => chooseSentence(image.sentence));
    parts.push(" · ", button);
  }
  return element("p", { class: "origin" }, ...parts);
}

function countBy(items, key) {
  const counts = new Map();
  for (const item of items) counts.set(key(item), (counts.get(key(item)) ?? 0) + 1);
  return counts;
}

function plain(text) {
  return text.normalize("NFC").toLowerCase();
}

function afterAPause(action, milliseconds) {
  let timer;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(action, milliseconds);
  };
}
