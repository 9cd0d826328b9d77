"""The only image loading: any picture file to a uint8 RGB array of a fixed size, and arguments to picture paths."""

import glob
import io
import os
import warnings
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

import numpy as np
from PIL import Image, UnidentifiedImageError

from captioner.errors import ImageError

IMAGE_SIZE = (224, 224)  # (height, width)

# A 108-megapixel telephone photograph passes; decoded with transparency such a picture takes half a gigabyte.
MAX_PIXELS = 120_000_000

# What Pillow may try. Not everything it knows: EPS, for one, would start Ghostscript on a stranger's file.
FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "BMP", "TIFF", "PPM", "AVIF")

# Which files count as pictures when a folder is searched; a file that is named explicitly is tried whatever its suffix.
SUFFIXES = frozenset(
    {".jpg", ".jpeg", ".jpe", ".jfif", ".mpo", ".png", ".apng", ".gif", ".webp", ".bmp", ".tif", ".tiff", ".avif"}
    | {".ppm", ".pgm", ".pbm", ".pnm"}
)

_ORIENTATION_TAG = 0x0112
_UPRIGHT = {  # EXIF orientation -> what puts the picture upright
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_DEEP_WHITE = {"I;16": 65535.0, "I;16L": 65535.0, "I;16B": 65535.0, "I;16N": 65535.0, "I": 65535.0, "F": 1.0}

# Pillow warns of large pictures, for which MAX_PIXELS stands instead, and of damaged metadata, which nobody here reads.
# Appended, so that any filter that the application has set still wins.
warnings.filterwarnings("ignore", category=Image.DecompressionBombWarning, append=True)
warnings.filterwarnings("ignore", category=UserWarning, module=r"PIL\.", append=True)


def load_image(source: str | Path | BinaryIO | bytes, size: tuple[int, int] = IMAGE_SIZE) -> np.ndarray:
    """One picture, upright, squashed (not cropped) to `size`, transparency on white.

    Args:
        source: a path, the bytes of a picture file, or a binary stream.
        size: (height, width) of the result.

    Returns:
        uint8 array (height, width, 3), RGB. Of an animation it is the first frame.

    Raises:
        ImageError: the file is missing, unreadable, empty, not a picture, damaged, or has more than `MAX_PIXELS`.
    """
    name = _name(source)
    try:
        with Image.open(io.BytesIO(source) if isinstance(source, bytes) else source, formats=FORMATS) as image:
            if image.width * image.height > MAX_PIXELS:
                raise Image.DecompressionBombError
            return _prepared(image, size)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise ImageError(f"{name} has more than {MAX_PIXELS:,} pixels, the most that are decoded.") from error
    except UnidentifiedImageError as error:
        raise ImageError(f"{name} {_misidentified(source)}.") from error
    except FileNotFoundError as error:
        raise ImageError(f"{name} does not exist.") from error
    except OSError as error:
        raise ImageError(f"{name} cannot be read: {error.strerror or error}.") from error
    except Exception as error:  # Damaged files make the decoders raise almost anything: SyntaxError, struct.error, ...
        raise ImageError(f"{name} is damaged: {error or type(error).__name__}.") from error


def find_images(arguments: Sequence[str | Path], *, on_error: Callable[[ImageError], None] | None = None) -> list[Path]:
    """The picture files that command-line arguments name, each once, in the order of the arguments.

    Args:
        arguments: files (taken whatever their suffix), folders (searched recursively for `SUFFIXES`, sorted, hidden
            files left out) and glob patterns (`**` included), whose matches are treated as if each had been named.
        on_error: called with each argument's or subfolder's error; the search goes on then. By default it is raised.

    Raises:
        ImageError: a path does not exist, a pattern matches nothing, a folder is unreadable or holds no picture.
    """
    report = on_error or _raise
    found: dict[Path, None] = {}
    for argument in map(str, arguments):
        try:
            paths = [argument] if os.path.exists(argument) else _matches(argument)
        except ImageError as error:
            report(error)
            continue
        for path in paths:
            found |= dict.fromkeys(_pictures_in(path, report) if os.path.isdir(path) else [Path(path)])
    return list(found)


def _prepared(image: Image.Image, size: tuple[int, int]) -> np.ndarray:
    height, width = size
    # JPEG decodes at 1/2, 1/4 or 1/8 for a fraction of the time; twice the target leaves the resizing its quality.
    image.draft(None, (2 * max(size), 2 * max(size)))
    image.load()
    return np.array(_rgb(_upright(image)).resize((width, height), Image.Resampling.BILINEAR))


def _upright(image: Image.Image) -> Image.Image:
    try:
        orientation = image.getexif().get(_ORIENTATION_TAG)
    except Exception:  # A damaged EXIF block says nothing about the picture; shown as stored it is still right mostly.
        orientation = None
    return image.transpose(_UPRIGHT[orientation]) if orientation in _UPRIGHT else image


def _rgb(image: Image.Image) -> Image.Image:
    if image.mode in _DEEP_WHITE:  # Pillow's own conversion would clip at 255.
        values = np.nan_to_num(np.asarray(image, np.float32))
        white = max(_DEEP_WHITE[image.mode], float(values.max()))
        image = Image.fromarray(np.rint(np.clip(values / white, 0, 1) * 255).astype(np.uint8))
    if image.has_transparency_data:
        opaque = Image.new("RGBA", image.size, "white")
        opaque.alpha_composite(image.convert("RGBA"))
        image = opaque
    return image.convert("RGB")


def _name(source: str | Path | BinaryIO | bytes) -> str:
    return str(source) if isinstance(source, str | Path) else str(getattr(source, "name", "The image"))


def _misidentified(source: str | Path | BinaryIO | bytes) -> str:
    """Why Pillow does not know a file: a predicate."""
    return "is empty" if _is_empty(source) else f"is not a picture in a known format ({', '.join(FORMATS)})"


def _is_empty(source: str | Path | BinaryIO | bytes) -> bool:
    if isinstance(source, bytes):
        return not source
    if isinstance(source, str | Path):
        return os.path.getsize(source) == 0
    return source.seekable() and source.seek(0, os.SEEK_END) == 0


def _matches(pattern: str) -> list[str]:
    matches = sorted(glob.glob(pattern, recursive=True)) if glob.has_magic(pattern) else []
    if not matches:
        reason = "matches no file" if glob.has_magic(pattern) else "does not exist"
        raise ImageError(f"{pattern or 'An empty path'} {reason}.")
    return matches


def _pictures_in(folder: str, report: Callable[[ImageError], None]) -> Iterator[Path]:
    unreadable: list[OSError] = []
    empty = True
    for parent, folders, files in os.walk(folder, onerror=unreadable.append):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            if Path(name).suffix.lower() in SUFFIXES and not name.startswith("."):
                empty = False
                yield Path(parent, name)
    for error in unreadable:
        report(ImageError(f"The folder {error.filename} cannot be read: {error.strerror}."))
    if empty and not unreadable:
        report(ImageError(f"The folder {folder} holds no picture files such as .jpg or .png."))


def _raise(error: ImageError) -> None:
    raise error
