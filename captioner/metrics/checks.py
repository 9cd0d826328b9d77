"""Whether captions and references are what they should be and belong together."""

from collections.abc import Iterable, Mapping
from numbers import Integral
from typing import Any

from captioner.errors import MetricError


def check_captions(references: Mapping[Any, Any], candidates: Mapping[Any, Any]) -> None:
    """Raises MetricError, with one sentence that names the image, if the two cannot be compared."""
    if not references:
        raise MetricError("There is nothing to score: no image has a reference caption.")
    for image in (*references, *candidates):
        check_id(image)
    for image, texts in candidates.items():
        if image not in references:
            raise MetricError(f"Image {image} has a generated caption but no reference captions.")
        check_texts(image, texts, "generated")
        if len(texts) != 1:
            raise MetricError(f"Image {image} needs one generated caption, received {len(texts)}.")
    for image, texts in references.items():
        if image not in candidates:
            raise MetricError(f"Image {image} has reference captions but no generated one.")
        check_texts(image, texts, "reference")
        if not texts:
            raise MetricError(f"Image {image} has an empty list of reference captions.")


def check_id(image: object) -> None:
    """Raises MetricError unless an image id is a whole number or text; NaN, which equals nothing, is neither."""
    if not isinstance(image, Integral | str) or isinstance(image, bool):
        raise MetricError(f"An image id must be a whole number or text, received {image!r}.")


def check_texts(image: object, texts: object, kind: str) -> None:
    """Raises MetricError unless `texts` is a list, or another collection but a single text, of texts."""
    if isinstance(texts, str | Mapping) or not isinstance(texts, Iterable):
        raise MetricError(f"Image {image} needs a list of {kind} captions, received {_shorten(texts)}.")
    for text in texts:
        if not isinstance(text, str):
            raise MetricError(f"Image {image} has a {kind} caption that is not text but {_shorten(text)}.")


def _shorten(value: object, limit: int = 60) -> str:
    text = repr(value)
    return text if len(text) <= limit else f"{text[:limit]}..."
