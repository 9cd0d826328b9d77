"""Charts of caption lengths and of scores of single images, as numbers and sentences."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from itertools import pairwise
from statistics import median
from typing import Any

from captioner.report.histogram import histogram
from captioner.report.statistics import Tokens

GENERATED, REFERENCES = "generated", "references"


def distributions(
    generated: Sequence[Tokens], references: Sequence[Tokens], images: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Three charts: words a caption (generated against references), CIDEr-D and BLEU-4 an image (in percent)."""
    lengths = {GENERATED: [len(words) for words in generated], REFERENCES: [len(words) for words in references]}
    cider, bleu = ([image[key] for image in images] for key in ("cider", "bleu"))
    middle = {name: median(values) for name, values in lengths.items()}
    return [
        _chart(
            "Words in a caption",
            lengths,
            f"Half of the generated captions have at most {middle[GENERATED]:g} words, half of the references at most "
            f"{middle[REFERENCES]:g}.",
            whole=True,
        ),
        _chart("CIDEr-D of an image", {GENERATED: cider}, _score_sentence(cider)),
        _chart("BLEU-4 of an image", {GENERATED: bleu}, _score_sentence(bleu)),
    ]


def _chart(title: str, groups: Mapping[str, Sequence[float]], sentence: str, *, whole: bool = False) -> dict[str, Any]:
    """A chart; `whole` numbers stand in the middle of their bars, others are marked where bars begin."""
    bars = histogram(groups, least_width=1)
    labels = _bin_labels(bars.starts, whole=whole)
    return {"title": title, "sentence": sentence, "whole": whole, "labels": labels, **asdict(bars)}


def _bin_labels(starts: Sequence[float], *, whole: bool) -> list[str]:
    step = 1 if whole else 0  # 10 to 11 words, then 12 to 13; but scores of 10 to 12, then 12 to 14
    bins = [(start, following - step) for start, following in pairwise(starts)]
    closed = [f"{start:g}" if start == end else f"{start:g} to {end:g}" for start, end in bins]
    return [*closed, f"{starts[-1]:g} or more"]


def _score_sentence(values: Sequence[float]) -> str:
    below_one = sum(value < 1 for value in values) / len(values)
    return f"Half of the images score at most {median(values):.1f}; {100 * below_one:.0f} % score less than 1."
