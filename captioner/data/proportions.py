"""The size at which a picture is shown whole and in proportion."""

import io
from pathlib import Path
from typing import BinaryIO

from PIL import ExifTags, Image

from captioner.data.images import FORMATS

_TURNED = range(5, 9)  # EXIF orientations in which the stored width is the height of the upright picture


def fitting_size(source: str | Path | BinaryIO | bytes, longest_side: int) -> tuple[int, int]:
    """(height, width) of a picture in proportion, never enlarged, from the file's header.

    A square if the file is not a picture: it is `load_image` that says what is wrong with it.
    """
    try:
        with Image.open(io.BytesIO(source) if isinstance(source, bytes) else source, formats=FORMATS) as image:
            width, height = image.size[::-1] if _is_turned(image) else image.size
    except Exception:
        width = height = longest_side
    scale = min(longest_side / max(width, height), 1.0)
    return max(round(scale * height), 1), max(round(scale * width), 1)


def _is_turned(image: Image.Image) -> bool:
    try:
        return image.getexif().get(ExifTags.Base.Orientation) in _TURNED
    except Exception:  # A damaged EXIF block, which `load_image` passes over too.
        return False
