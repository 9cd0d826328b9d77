"""One entry an image: its captions, its scores in percent, and which other images have the same caption."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from captioner.data.coco import CaptionRecord
from captioner.metrics.scores import Scores
from captioner.report.statistics import Tokens

CIDER_D, BLEU_4 = "CIDEr-D", "Bleu_4"
_SENTENCES_LISTED = 10


def gallery(
    records: Sequence[CaptionRecord], captions: Mapping[int, str], scores: Scores, generated: Sequence[Tokens]
) -> list[dict[str, Any]]:
    """The images in file order.

    Args:
        records: the images with their references.
        captions: the generated caption of each image id.
        scores: over these images, CIDEr-D and BLEU among them.
        generated: the words of the generated captions, in the order of the records.
    """
    position = {image: index for index, image in enumerate(scores.images)}
    numbers: dict[tuple[str, ...], int] = {}
    return [
        {
            "id": record.image_id,
            "file": record.path.name,
            "caption": captions[record.image_id],
            "references": record.captions,
            "words": len(words),
            "sentence": numbers.setdefault(tuple(words), len(numbers)),
            "cider": _percent(scores, CIDER_D, position[record.image_id]),
            "bleu": _percent(scores, BLEU_4, position[record.image_id]),
        }
        for record, words in zip(records, generated, strict=True)
    ]


def frequent_sentences(images: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The sentences that caption most images, and at least two, as the first of these images has them."""
    counts = Counter(image["sentence"] for image in images)
    first = {image["sentence"]: image["caption"] for image in reversed(images)}
    return [
        {"sentence": sentence, "caption": first[sentence], "images": count}
        for sentence, count in counts.most_common(_SENTENCES_LISTED)
        if count > 1
    ]


def _percent(scores: Scores, name: str, index: int) -> float:
    return round(100 * float(scores.per_image[name][index]), 2)
