// What stands above the gallery: scores, their conditions, and how varied the captions are.

function showSummary(report, chooseSentence) {
  document.title = report.title;
  byId("title").append(report.title);
  byId("warning").append(report.warning ?? "");
  byId("warning").hidden = !report.warning;
  byId("notes").append(...report.notes.map((note) => element("p", { class: "note" }, note)));
  byId("scores").append(
    table(
      ["Score", "Value", "95 % interval", "What it counts"],
      report.scores.map((score) => [score.name, score.value, score.interval, score.meaning]),
      "scores",
    ),
  );
  for (const [label, value] of Object.entries(report.conditions)) {
    byId("conditions").append(element("div", {}, element("dt", {}, label), element("dd", {}, value)));
  }
  byId("variety").append(
    table(["", "Generated", "By people"], report.variety.map((row) => [row.label, ...row.cells.map(unbroken)]), "variety"),
    element("p", { class: "legend" }, "By people: the first reference of each image, so as many captions."),
  );
  if (report.sentences.length) byId("variety").append(frequentSentences(report.sentences, chooseSentence));
}

/** A number stays on a line with its percent sign. */
function unbroken(text) {
  return text.replaceAll(" %", "\u00a0%");
}

function frequentSentences(sentences, chooseSentence) {
  const items = sentences.map((sentence) => {
    const button = element("button", { type: "button", class: "link", dir: "auto" }, sentence.caption || EMPTY);
    button.addEventListener("click", () => chooseSentence(sentence.sentence));
    return element("li", {}, button, element("span", { class: "times" }, count(sentence.images, "image")));
  });
  return element(
    "div",
    { class: "frequent" },
    element("h3", {}, "The most frequent captions"),
    element("ol", {}, ...items),
  );
}
