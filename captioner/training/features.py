"""Runs the frozen part of an encoder over all pictures once and keeps what it made."""

import sys
from collections.abc import Generator, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import keras
import numpy as np
from tqdm import tqdm

from captioner.data.feature_cache import FeatureCache, picture_identity, weights_digest
from captioner.data.pictures import Pictures
from captioner.data.preparation.disk import readable_size, require_free
from captioner.data.read_ahead import read_ahead, reading_threads
from captioner.models.block_encoder import BlockEncoder

MIRRORED = "\tmirrored"

# Batches that are read while the network works on one; a batch of 16 pictures takes 2.4 MB.
BATCHES_AHEAD = 4


@dataclass(frozen=True)
class View:
    """A picture as the network sees it, and the name of its row in a cache."""

    path: Path
    flip: bool
    name: str


def fill_caches(
    encoder: BlockEncoder,
    paths: Sequence[Path],
    directory: str | Path,
    *,
    cuts: Sequence[str | None],
    mirrored: bool = False,
    batch_size: int = 16,
    pictures: Pictures | None = None,
) -> dict[str | None, FeatureCache]:
    """One pass of the CNN over the pictures that are not cached yet; an interrupted pass goes on where it stopped.

    Args:
        encoder: its weights as they are now decide which cache is used.
        paths: the pictures.
        directory: where all caches live.
        cuts: each the name of a block whose input is kept, or None for the encoder's own output.
        mirrored: also keep the features of every picture flipped left to right.
        batch_size: pictures that the CNN sees together.
        pictures: reads them; from their files if not given.

    Returns:
        A cache for every cut; its rows are named by `view_name`.

    Raises:
        DataError: the disk is too small; nothing is computed then.
        ImageError: a picture cannot be read.
    """
    trunks = {cut: encoder.split_before(cut)[0] for cut in cuts}
    caches = {cut: open_cache(encoder, trunk, directory) for cut, trunk in trunks.items()}
    todo = missing_views(paths, list(caches.values()), mirrored=mirrored)
    if not todo:
        return caches
    announce_needs(todo, list(caches.values()), Path(directory))
    network = keras.Model(encoder.input, [trunk.output for trunk in trunks.values()])
    batches = [todo[start : start + batch_size] for start in range(0, len(todo), batch_size)]
    with (
        tqdm(total=len(todo), desc="CNN features", unit="image", disable=None) as progress,
        closing(prefetch_images(batches, Pictures() if pictures is None else pictures)) as prefetched,
    ):
        for batch, images in zip(batches, prefetched, strict=True):
            outputs = network.predict_on_batch(images)
            for cache, features in zip(caches.values(), outputs if len(caches) > 1 else [outputs], strict=True):
                _append_missing(cache, [view.name for view in batch], np.asarray(features))
            progress.update(len(batch))
    return caches


def open_cache(encoder: BlockEncoder, trunk: keras.Model, directory: str | Path) -> FeatureCache:
    """The cache that belongs to this network with these weights and this preparation."""
    shape = trunk.compute_output_shape((None, encoder.image_size, encoder.image_size, 3))[1:]
    about = {
        "layers": [layer.name for layer in trunk.layers],
        "image_size": encoder.image_size,
        "preparation": encoder.preparation,
        "weights_sha256": weights_digest(trunk.get_weights()),
    }
    return FeatureCache(directory, about=about, shape=shape)


def missing_views(paths: Iterable[Path], caches: Sequence[FeatureCache], *, mirrored: bool) -> list[View]:
    """The pictures, and their mirror images where wanted, that one of the caches does not hold."""
    flips = (False, True) if mirrored else (False,)
    names = {path: picture_identity(path) for path in paths}
    views = (View(path, flip, _name(names[path], flip)) for flip in flips for path in names)
    return [view for view in views if any(view.name not in cache for cache in caches)]


def announce_needs(todo: Sequence[View], caches: Sequence[FeatureCache], directory: Path) -> None:
    """Says on stderr what a pass of the CNN will write.

    Raises:
        DataError: the disk is too small for it.
    """
    size = sum(cache.bytes_for(sum(view.name not in cache for view in todo)) for cache in caches)
    each = sum(cache.bytes_for(1) for cache in caches)
    print(
        f"Caching the CNN's features of {len(todo):,} pictures takes {each:,} bytes each, {readable_size(size)} of "
        f"disk in {directory}.",
        file=sys.stderr,
    )
    require_free(directory, size, "Caching the CNN's features")


def view_name(path: Path, flip: bool = False) -> str:
    """The name under which a picture, or its mirror image, stands in a cache."""
    return _name(picture_identity(path), flip)


def prefetch_images(batches: Sequence[Sequence[View]], pictures: Pictures) -> Generator[np.ndarray, None, None]:
    """Batches of uint8 `(pictures, height, width, 3)`, read by threads while the network works on the ones before."""

    def load(view: View) -> np.ndarray:
        image = pictures.load(view.path)
        return image[:, ::-1] if view.flip else image

    views = (view for batch in batches for view in batch)
    ahead = BATCHES_AHEAD * max(map(len, batches), default=0)
    with closing(read_ahead(views, load, threads=reading_threads(), ahead=ahead)) as images:
        for batch in batches:
            yield np.stack(list(islice(images, len(batch))))


def _name(identity: str, flip: bool) -> str:
    return identity + (MIRRORED if flip else "")


def _append_missing(cache: FeatureCache, names: Sequence[str], features: np.ndarray) -> None:
    missing = [index for index, name in enumerate(names) if name not in cache]
    cache.append([names[index] for index in missing], features[missing])
