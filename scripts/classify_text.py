#!/usr/bin/env python
"""The class of texts and its probability, for example whether a review is positive.

    python scripts/classify_text.py "A warm and funny film." "Two hours too long."
    python scripts/classify_text.py --file reviews.txt --json

Texts are arguments, the lines of --file, or the lines of stdin. A line of output is label, probability and text;
--json prints an object with text, label and probability instead. --explain shows how the probability of the label
moves word by word: coloured in a terminal, as numbers in percentage points elsewhere; --html writes a page.
An empty text is reported, the others are classified, and the exit status is 1.
"""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from groundwork.console import ArgumentParser, quiet_imports, report, script
from groundwork.errors import DataError, UsageError
from groundwork.files import write_text
from groundwork.text_files import read_text
from language_models.bundle import find_bundle
from language_models.sentiment_data import lines_of

if TYPE_CHECKING:
    from language_models.sentiment_explain import Explanation
    from language_models.sentiment_model import SentimentModel

DEFAULT_PRESET = "sst2_lstm"


def make_parser() -> argparse.ArgumentParser:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("texts", nargs="*", metavar="TEXT", help="what to classify")
    parser.add_argument("--file", type=Path, help="a UTF-8 file with one text a line")
    parser.add_argument("--model", default=DEFAULT_PRESET, metavar="NAME_OR_DIR", help="default %(default)s")
    parser.add_argument("--json", action="store_true", help="print one JSON object a line")
    parser.add_argument("--explain", action="store_true", help="show how the probability moves word by word")
    parser.add_argument("--html", type=Path, metavar="FILE", help="write the explanation as an HTML page")
    return parser


@script
def main(argv: Sequence[str] | None = None) -> int:
    options = make_parser().parse_args(argv)
    find_bundle(options.model, kind="sentiment")
    given = read_given(options)
    texts = [text for text in given if text.strip()]
    for number, text in enumerate(given, 1):
        if not text.strip():
            report(f"Text {number} is empty; there is nothing to classify.")
    if texts:
        with quiet_imports():
            from language_models.sentiment_model import SentimentModel
        classify(SentimentModel.from_preset(options.model), texts, options)
    return int(len(texts) < len(given))


def read_given(options: argparse.Namespace) -> list[str]:
    """The texts as they are given, empty ones too."""
    if options.file and options.texts:
        raise UsageError("Give texts as arguments or with --file, not both.")
    if options.texts:
        return options.texts
    if options.file:
        return lines_of(read_text(options.file))
    try:
        lines = lines_of(sys.stdin.buffer.read().decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise DataError(f"Standard input is not UTF-8: byte {error.start} does not belong there.") from error
    if not lines:
        raise UsageError("There is no text: give some as arguments, with --file, or on standard input.")
    return lines


def classify(model: "SentimentModel", texts: Sequence[str], options: argparse.Namespace) -> None:
    if options.explain or options.html:
        print_explained(model, texts, options)
        return
    probabilities = model.probabilities([model.encode(text) for text in texts])
    for text, row in zip(texts, probabilities, strict=True):
        winner = int(row.argmax())
        print_result(text, model.classes[winner], float(row[winner]), None, options)


def print_explained(model: "SentimentModel", texts: Sequence[str], options: argparse.Namespace) -> None:
    from language_models.sentiment_explain import explain, page

    explanations = []
    for text in texts:
        explanation = explain(model, text)
        explanations.append(explanation)
        print_result(text, explanation.label, explanation.probability, explanation, options)
    if options.html:
        write_text(options.html, page(explanations))


def print_result(
    text: str, label: str, probability: float, explanation: "Explanation | None", options: argparse.Namespace
) -> None:
    if options.json:
        result = {"text": text, "label": label, "probability": round(probability, 6)}
        if explanation and options.explain:
            result["words"] = [
                [word, round(value, 6)] for word, value in zip(explanation.words, explanation.path, strict=True)
            ]
        print(json.dumps(result, ensure_ascii=False))
        return
    print(f"{label}\t{probability:.4f}\t{shown(text, explanation) if options.explain else text}")


def shown(text: str, explanation: "Explanation | None") -> str:
    from language_models.sentiment_explain import coloured, plain

    if explanation is None:
        return text
    in_colour = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    return coloured(explanation) if in_colour else plain(explanation)


if __name__ == "__main__":
    sys.exit(main())
