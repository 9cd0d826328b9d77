"""Pictures small enough to stand inside a page: JPEG as base64 text."""

import base64
import io
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from PIL import Image

from captioner.data.images import load_image
from captioner.data.proportions import fitting_size
from captioner.errors import ImageError

LONGEST_SIDE = 160  # pixels; with this quality about 5 kB a photograph
_QUALITY = 70


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
    Image.fromarray(load_image(path, fitting_size(path, LONGEST_SIDE))).save(
        buffer, "JPEG", quality=_QUALITY, optimize=True
    )
    return base64.b64encode(buffer.getvalue()).decode("ascii")


def _thumbnail_or_error(path: Path) -> str | ImageError:
    try:
        return thumbnail(path)
    except ImageError as error:
        return error
