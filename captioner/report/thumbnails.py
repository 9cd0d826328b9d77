"""Pictures small enough to stand inside a page: JPEG as base64 text."""

import base64
import io
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from PIL import ExifTags, Image

from captioner.data.images import FORMATS, load_image
from captioner.errors import ImageError

LONGEST_SIDE = 160  # pixels; with this quality about 5 kB a photograph
_QUALITY = 70
_TURNED = range(5, 9)  # EXIF orientations in which the stored width is the height of the upright picture


def thumbnails(paths: Sequence[Path]) -> Iterator[str | ImageError]:
    """For each picture, in order, its thumbnail, or why there is none; Pillow works in threads meanwhile."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        yield from pool.map(_thumbnail_or_error, paths)


def thumbnail(path: Path) -> str:
    """Base64 of a JPEG, upright, whole and in proportion, at most `LONGEST_SIDE` pixels wide and high.

    Raises:
        ImageError: as `captioner.data.images.load_image`.
    """
    buffer = io.BytesIO()
    Image.fromarray(load_image(path, _small_size(path))).save(buffer, "JPEG", quality=_QUALITY, optimize=True)
    return base64.b64encode(buffer.getvalue()).decode("ascii")


def _thumbnail_or_error(path: Path) -> str | ImageError:
    try:
        return thumbnail(path)
    except ImageError as error:
        return error


def _small_size(path: Path) -> tuple[int, int]:
    """(height, width) of the thumbnail, from the file's header; any if `load_image` will refuse the file."""
    try:
        with Image.open(path, formats=FORMATS) as image:
            width, height = image.size[::-1] if _is_turned(image) else image.size
    except Exception:  # It is `load_image` that says what is wrong.
        width = height = LONGEST_SIDE
    scale = min(LONGEST_SIDE / max(width, height), 1.0)
    return max(round(scale * height), 1), max(round(scale * width), 1)


def _is_turned(image: Image.Image) -> bool:
    try:
        return image.getexif().get(ExifTags.Base.Orientation) in _TURNED
    except Exception:  # A damaged EXIF block, which `load_image` passes over too.
        return False
