"""What a preparation found and kept: numbers as a JSON document, and the same as text for a person."""

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from captioner.data.coco import CaptionRecord
from captioner.data.preparation.filtering import FilteredSplit
from captioner.data.preparation.sources import SourceSummary
from captioner.data.vocabulary import SPECIAL_TOKENS, Vocabulary, split_words

_NAMES_SHOWN = 3


def report_document(
    splits: Mapping[str, FilteredSplit],
    summaries: Sequence[SourceSummary],
    vocabulary: Vocabulary,
    *,
    options: Mapping[str, Any],
) -> dict[str, Any]:
    """The report; lengths are in words, coverage is the share of all words (0..1) that the vocabulary knows."""
    return {
        "complete": True,
        "options": dict(options),
        "sources": [asdict(summary) for summary in summaries],
        "splits": {name: _split_section(split, vocabulary) for name, split in splits.items()},
        "vocabulary": _vocabulary_section(splits["train"].records, vocabulary),
    }


def describe(report: Mapping[str, Any]) -> str:
    """The report as a table and a few sentences."""
    rows = [["split", "images", "captions", "missing", "corrupt", "no caption", "empty captions", "known words"]]
    lengths = [["caption length", "min", "mean", "p95", "max"]]
    for name, split in report["splits"].items():
        left_out = [len(split["missing"]), len(split["corrupt"]), split["without_captions"], split["empty_captions"]]
        rows.append([name, *map(_count, [split["images"], split["captions"], *left_out]), _percent(split["coverage"])])
        words = split["caption_length"]
        lengths.append([name, *(f"{words[key]:g}" for key in ("min", "mean", "p95", "max"))])
    return "\n\n".join([_table(rows), _table(lengths), *_sentences(report)])


def _split_section(split: FilteredSplit, vocabulary: Vocabulary) -> dict[str, Any]:
    lengths = [len(split_words(caption)) for caption in _captions(split.records)]
    return {
        "images": len(split.records),
        "captions": len(lengths),
        "listed_images": split.listed,
        "missing": [path.as_posix() for path in split.missing],
        "corrupt": {path.as_posix(): reason for path, reason in split.corrupt.items()},
        "without_captions": split.without_captions,
        "empty_captions": split.empty_captions,
        "caption_length": _distribution(lengths),
        "coverage": _coverage(_count_words(split.records), vocabulary),
    }


def _vocabulary_section(train: Sequence[CaptionRecord], vocabulary: Vocabulary) -> dict[str, int]:
    return {"words_kept": len(vocabulary) - len(SPECIAL_TOKENS), "distinct_train_words": len(_count_words(train))}


def _captions(records: Iterable[CaptionRecord]) -> Iterator[str]:
    return (caption for record in records for caption in record.captions)


def _count_words(records: Iterable[CaptionRecord]) -> Counter[str]:
    return Counter(word for caption in _captions(records) for word in split_words(caption))


def _distribution(lengths: Sequence[int]) -> dict[str, float]:
    ordered = sorted(lengths)
    return {
        "min": ordered[0],
        "mean": round(sum(ordered) / len(ordered), 2),
        "p95": ordered[math.ceil(0.95 * len(ordered)) - 1],
        "max": ordered[-1],
    }


def _coverage(counts: Mapping[str, int], vocabulary: Vocabulary) -> float:
    known = sum(count for word, count in counts.items() if word in vocabulary)
    return round(known / sum(counts.values()), 5)


def _sentences(report: Mapping[str, Any]) -> Iterator[str]:
    words, options = report["vocabulary"], report["options"]
    yield (
        f"The vocabulary keeps {_count(words['words_kept'])} of the {_count(words['distinct_train_words'])} distinct "
        f"words of the training captions (at least {options['min_count']} occurrences)."
    )
    for source in report["sources"]:
        if source["new_ids"]:
            first, last = source["new_ids"]
            yield f"Images of {source['name']} whose ids another source already has received the ids {first} to {last}."
        if source["images_joined"]:
            joined = _count(source["images_joined"])
            yield f"Of {source['name']}, {joined} images were already in {source['split']}; their captions were joined."
    for name, split in report["splits"].items():
        yield from _left_out(name, split)


def _left_out(name: str, split: Mapping[str, Any]) -> Iterator[str]:
    reasons = [f"{path}: no such file" for path in split["missing"][:_NAMES_SHOWN]]
    reasons += list(split["corrupt"].values())[:_NAMES_SHOWN]
    more = len(split["missing"]) + len(split["corrupt"]) - len(reasons)
    if more:
        reasons.append(f"... and {_count(more)} more, all of them listed in the report")
    if reasons:
        yield "\n  ".join([f"Left out of {name}:", *reasons])


def _count(number: int) -> str:
    return f"{number:,}"


def _percent(share: float) -> str:
    return f"{100 * share:.2f} %"


def _table(rows: Sequence[Sequence[str]]) -> str:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [
        "  ".join(
            [row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))]
        )
        for row in rows
    ]
    return "\n".join(lines)
