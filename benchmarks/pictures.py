"""Any number of different picture files from a handful of photographs."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageEnhance, ImageOps

from captioner.data.images import find_images
from groundwork.errors import DataError

SIZE = (500, 375)  # width and height in pixels, the most frequent size in Flickr8k
QUALITY = 95  # of the JPEG; gives files of about 60 kB

# data/sample also has drawn scenes, which compress to a tenth of the size and so are read sooner.
PHOTOGRAPHS = frozenset({"astronaut", "chelsea", "coffee", "rocket"})


def write_pictures(folder: Path, count: int, photographs: Path) -> list[Path]:
    """Writes `count` JPEG files of `SIZE` that differ in cut, side and brightness; the same ones every time.

    Raises:
        DataError: the folder of `photographs` holds none of `PHOTOGRAPHS`.
        ImageError: as `find_images`.
    """
    originals = find_photographs(photographs)
    randomness = np.random.default_rng(0)
    paths = [folder / f"{index:06}.jpg" for index in range(count)]
    for index, path in enumerate(paths):
        varied(originals[index % len(originals)], randomness).save(path, quality=QUALITY)
    return paths


def find_photographs(folder: Path) -> list[Image.Image]:
    """The sample photographs below a folder, decoded."""
    paths = [path for path in find_images([folder]) if path.stem in PHOTOGRAPHS]
    if not paths:
        raise DataError(f"{folder} has none of the photographs {', '.join(sorted(PHOTOGRAPHS))}.")
    return [decoded(path) for path in paths]


def decoded(path: Path) -> Image.Image:
    """A decoded picture whose file is closed again."""
    with Image.open(path) as image:
        return image.convert("RGB")


def varied(photograph: Image.Image, randomness: np.random.Generator) -> Image.Image:
    """A random cut of at least seven tenths of each side, perhaps mirrored, brighter or darker."""
    share = randomness.uniform(0.7, 1.0)
    width, height = round(photograph.width * share), round(photograph.height * share)
    left = int(randomness.integers(photograph.width - width + 1))
    top = int(randomness.integers(photograph.height - height + 1))
    picture = photograph.resize(SIZE, Image.Resampling.BILINEAR, box=(left, top, left + width, top + height))
    if randomness.random() < 0.5:
        picture = ImageOps.mirror(picture)
    return ImageEnhance.Brightness(picture).enhance(randomness.uniform(0.7, 1.3))


def in_rounds(paths: Sequence[Path], rounds: int) -> list[Sequence[Path]]:
    """The paths in as many parts of the same size; a remainder is left out."""
    size = len(paths) // rounds
    return [paths[turn * size : (turn + 1) * size] for turn in range(rounds)]
