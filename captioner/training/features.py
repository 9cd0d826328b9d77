"""Runs the frozen part of an encoder over all pictures once and keeps what it made."""

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import keras
import numpy as np
from tqdm import tqdm

from captioner.data.feature_cache import FeatureCache, picture_identity, weights_digest
from captioner.data.images import load_image
from captioner.models.image_preparation import PREPARATION
from captioner.models.vgg_encoder import VGGEncoder

MIRRORED = "\tmirrored"


def fill_caches(
    encoder: VGGEncoder,
    paths: Sequence[Path],
    directory: str | Path,
    *,
    cuts: Sequence[str | None],
    mirrored: bool = False,
    batch_size: int = 16,
) -> dict[str | None, FeatureCache]:
    """One pass of the CNN over the pictures that are not cached yet; an interrupted pass goes on where it stopped.

    Args:
        encoder: its weights as they are now decide which cache is used.
        paths: the pictures.
        directory: where all caches live.
        cuts: each the name of a block whose input is kept, or None for the encoder's own output.
        mirrored: also keep the features of every picture flipped left to right.

    Returns:
        A cache for every cut; its rows are named by `view_name`.
    """
    trunks = {cut: encoder.split_before(cut)[0] for cut in cuts}
    caches = {cut: open_cache(encoder, trunk, directory) for cut, trunk in trunks.items()}
    views = [(path, flip) for flip in ((False, True) if mirrored else (False,)) for path in dict.fromkeys(paths)]
    todo = [view for view in views if any(view_name(*view) not in cache for cache in caches.values())]
    if not todo:
        return caches
    network = keras.Model(encoder.input, [trunk.output for trunk in trunks.values()])
    batches = [todo[start : start + batch_size] for start in range(0, len(todo), batch_size)]
    with tqdm(total=len(todo), desc="CNN features", unit="image", disable=None) as progress:
        for batch, images in zip(batches, prefetch_images(batches), strict=True):
            outputs = network.predict_on_batch(images)
            for cache, features in zip(caches.values(), outputs if len(caches) > 1 else [outputs], strict=True):
                _append_missing(cache, [view_name(*view) for view in batch], np.asarray(features))
            progress.update(len(batch))
    return caches


def open_cache(encoder: VGGEncoder, trunk: keras.Model, directory: str | Path) -> FeatureCache:
    """The cache that belongs to this network with these weights and this preparation."""
    shape = trunk.compute_output_shape((None, encoder.image_size, encoder.image_size, 3))[1:]
    about = {
        "layers": [layer.name for layer in trunk.layers],
        "image_size": encoder.image_size,
        "preparation": PREPARATION,
        "weights_sha256": weights_digest(trunk.get_weights()),
    }
    return FeatureCache(directory, about=about, shape=shape)


def view_name(path: Path, flip: bool = False) -> str:
    """The name under which a picture, or its mirror image, stands in a cache."""
    return picture_identity(path) + (MIRRORED if flip else "")


def prefetch_images(batches: Sequence[Sequence[tuple[Path, bool]]]) -> Iterable[np.ndarray]:
    """Batches of uint8 `(pictures, height, width, 3)`, each read while the network works on the one before."""
    with ThreadPoolExecutor(max_workers=1) as reader:
        pending = [reader.submit(_load_views, batch) for batch in batches[:1]]
        for following in [*batches[1:], None]:
            images = pending.pop().result()
            if following is not None:
                pending.append(reader.submit(_load_views, following))
            yield images


def _load_views(views: Sequence[tuple[Path, bool]]) -> np.ndarray:
    return np.stack([load_image(path)[:, ::-1] if flip else load_image(path) for path, flip in views])


def _append_missing(cache: FeatureCache, names: Sequence[str], features: np.ndarray) -> None:
    missing = [index for index, name in enumerate(names) if name not in cache]
    cache.append([names[index] for index in missing], features[missing])
