"""Tiny pictures and records."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from captioner.data.coco import CaptionRecord
from captioner.data.preparation.sources import Source


@pytest.fixture
def picture(tmp_path) -> Callable[[str], Path]:
    """Makes a picture that can be decoded."""

    def make(name: str) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (4, 3), "red").save(path)
        return path

    return make


@pytest.fixture
def record(picture) -> Callable[..., CaptionRecord]:
    """Makes a record whose picture exists."""

    def make(image_id: int, name: str, *captions: str) -> CaptionRecord:
        return CaptionRecord(image_id, picture(name), captions or ("a dog",))

    return make


@pytest.fixture
def source() -> Callable[..., Source]:
    def make(split: str, *records: CaptionRecord, name: str = "some.json") -> Source:
        return Source(split, name, records)

    return make
