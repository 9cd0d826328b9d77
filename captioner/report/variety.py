"""How varied the captions are, beside captions by people for the same images, and a warning if they are not."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from captioner.data.vocabulary import SPECIAL_TOKENS, Vocabulary, split_words
from captioner.metrics.tokenizer import tokenize
from captioner.report.statistics import COLLAPSED_SHARE, collapse, diversity, share_found


@dataclass(frozen=True)
class Knowledge:
    """What the captioner learned from, as far as it is known: captions of its training set, and its vocabulary."""

    training: frozenset[tuple[str, ...]] | None = None
    vocabulary: Vocabulary | None = None


def variety_table(captions: Sequence[str], by_people: Sequence[str], knowledge: Knowledge) -> list[dict[str, Any]]:
    """Rows of a label and two cells: for the captions, and for as many captions by people."""
    ours, theirs = (_cells(texts, knowledge) for texts in (captions, by_people))
    return [{"label": label, "cells": [cell, theirs[label]]} for label, cell in ours.items()]


def collapse_warning(captions: Sequence[str]) -> str | None:
    """A sentence with the rule, or nothing if the captions are varied enough."""
    found = collapse([tokenize(caption) for caption in captions])
    if not found.warns:
        return None
    return (
        f"The captions collapse onto few sentences: {_count(found.sentences, 'sentence')} "
        f"{'captions' if found.sentences == 1 else 'caption'} {found.images:,} of the {found.all_images:,} images. "
        f"(The rule: half of the images share sentences whose number is at most {100 * COLLAPSED_SHARE:g} % of the "
        "number of images.)"
    )


def _cells(captions: Sequence[str], knowledge: Knowledge) -> dict[str, str]:
    tokens = [tokenize(caption) for caption in captions]
    counts = diversity(tokens)
    cells = {
        "Distinct captions": _part(counts.distinct_captions, counts.captions),
        "Distinct words (1-grams)": _part(counts.distinct_words, counts.words),
        "Distinct pairs of words (2-grams)": _part(counts.distinct_pairs, counts.pairs),
    }
    if knowledge.vocabulary is not None:
        cells["Vocabulary used of vocabulary known"] = _vocabulary_used(captions, knowledge.vocabulary)
    if knowledge.training is not None:
        share = share_found(tokens, knowledge.training)
        cells["Word for word in the training captions"] = _part(round(share * len(tokens)), len(tokens))
    return cells


def _vocabulary_used(captions: Sequence[str], vocabulary: Vocabulary) -> str:
    words = {word for caption in captions for word in split_words(caption)}  # the vocabulary's own idea of a word
    known = vocabulary.words[len(SPECIAL_TOKENS) :]
    return _part(len(words.intersection(known)), len(known))


def _part(part: int, whole: int) -> str:
    return f"{part:,} of {whole:,} ({100 * part / max(whole, 1):.1f} %)"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
