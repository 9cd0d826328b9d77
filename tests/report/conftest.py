"""Reports of a few captions."""

from pathlib import Path

import pytest

from captioner.data.coco import CaptionRecord, references
from captioner.metrics.selection import score_available
from captioner.report import Knowledge, report_document
from captioner.scoring import summarize


@pytest.fixture
def build_document():
    """`build_document(captions, references, ...)`: the report's document; image i is `images/i.png` unless named."""

    def build(captions, texts, *, file_names=(), conditions=None, knowledge=None, **options):
        names = file_names or [f"{index}.png" for index in range(len(captions))]
        records = [
            CaptionRecord(index, Path("images", name), tuple(group))
            for index, (name, group) in enumerate(zip(names, texts, strict=True))
        ]
        by_image = dict(enumerate(captions))
        candidates = {image: [caption] for image, caption in by_image.items()}
        scores, missing = score_available(references(records), candidates, ("bleu", "cider_d"))
        return report_document(
            records,
            by_image,
            scores,
            evaluation=summarize(scores, missing, records=records, conditions=conditions or {}),
            title="Captions of test.json",
            knowledge=knowledge or Knowledge(),
            **options,
        )

    return build
