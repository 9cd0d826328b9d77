"""Training and validation texts with their classes, checked against each other."""

from pathlib import Path
from typing import NamedTuple

import numpy as np

from groundwork.errors import DataError
from language_models.sentiment_config import SentimentConfig
from language_models.sentiment_data import Examples, class_order, read_examples
from language_models.sentiment_vocabulary import tokenize


class Part(NamedTuple):
    """Texts and the class of each, int32 `(texts,)`."""

    texts: list[str]
    labels: np.ndarray


class Split(NamedTuple):
    """What is trained and what is validated on, and what was left out of training since it is validated on."""

    train: Part
    validation: Part
    classes: list[str]
    repeated: int


def make_split(config: SentimentConfig, train: Path, validation: Path | None) -> Split:
    """Reads both files, or holds out a part of the first; texts that stand in both are not trained on.

    Raises:
        DataError: a file is not what it should be, there is one class only, or a label is not among the classes.
    """
    columns = {"text_column": config.text_column, "label_column": config.label_column}
    examples = read_examples(train, **columns)
    labels = class_order(examples.labels)
    if len(labels) < 2:
        raise DataError(f"{train} has one class only, {labels[0]!r}; to learn, two or more are needed.")
    names = _names(config.class_names, labels)
    known = _as_part(examples, names, train)
    if validation is None:
        kept, held_out = _hold_out(known, config)
    else:
        kept, held_out = known, _as_part(read_examples(validation, **columns), names, validation)
    seen = {tuple(tokenize(text, config.tokens)) for text in held_out.texts}
    places = [place for place, text in enumerate(kept.texts) if tuple(tokenize(text, config.tokens)) not in seen]
    unseen = _at(kept, np.array(places, np.int64))
    if len(set(unseen.labels)) < len(names) or not held_out.texts:
        raise DataError(f"{train} has too few texts: each class needs one that is not validated on.")
    return Split(unseen, held_out, list(names.values()), len(kept.texts) - len(places))


def _names(class_names: str, labels: list[str]) -> dict[str, str]:
    """The name of each label that may stand in a file."""
    if not class_names:
        return {label: label for label in labels}
    return {str(index): name.strip() for index, name in enumerate(class_names.split(","))}


def _as_part(examples: Examples, names: dict[str, str], source: Path) -> Part:
    order = {label: index for index, label in enumerate(names)}
    unknown = sorted(set(examples.labels) - order.keys())
    if unknown:
        shown = ", ".join(map(repr, unknown[:5])) + (", ..." if len(unknown) > 5 else "")
        raise DataError(f"{source} has labels out of range: {shown}; the classes are {', '.join(order)}.")
    return Part(examples.texts, np.array([order[label] for label in examples.labels], np.int32))


def _hold_out(known: Part, config: SentimentConfig) -> tuple[Part, Part]:
    order = np.random.default_rng(config.seed).permutation(len(known.texts))
    cut = round(config.holdout * len(order))
    return _at(known, np.sort(order[cut:])), _at(known, np.sort(order[:cut]))


def _at(part: Part, places: np.ndarray) -> Part:
    return Part([part.texts[place] for place in places], part.labels[places])
