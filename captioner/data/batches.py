"""Captions and images as training batches: grouped by image, sorted by length, the same for the same seed and epoch."""

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing

import numpy as np

from captioner.data.read_ahead import read_ahead
from captioner.data.vocabulary import END_ID, PAD_ID, START_ID

# Batches whose images are sorted by caption length together: enough to save padding, few enough to stay random.
SORTED_BATCHES = 16

Batch = tuple[dict[str, np.ndarray], np.ndarray, np.ndarray]


class CaptionBatches:
    """Batches `(inputs, targets, sample_weight)` for teacher forcing, one epoch after the other.

    `inputs["images"]` is whatever `images` returns, `(batch, ...)`; `inputs["token_ids"]` is int32
    `(batch, captions, time)` and begins with the start token; `targets` are the same shifted by one, closed by the end
    token; `sample_weight` is float32, 1 on words and 0 on padding. An image stands once in an epoch, with all its
    captions beside it, so the CNN runs once for them.

    Args:
        captions: for each image its captions as token ids, without start and end.
        images: image indices and the epoch to their pictures or features.
        batch_size: images in a batch; the last batch of an epoch may be smaller.
        captions_per_image: most captions of an image in an epoch; of more, a random choice.
        max_caption_length: words beyond are cut off, and such a caption has no end token.
        seed: decides, with the epoch, the order and the choice.
        own_rows: the number of a batch's rows to those of them that this process trains on, all if not given: only
            their images are fetched, and zeros stand for the others.
        ahead: batches whose images are fetched by threads while the ones before are used; with 0 they are fetched when
            they are due, which suffices for what lies in memory.
    """

    def __init__(
        self,
        captions: Sequence[Sequence[Sequence[int]]],
        images: Callable[[np.ndarray, int], np.ndarray],
        *,
        batch_size: int,
        captions_per_image: int = 5,
        max_caption_length: int = 24,
        seed: int = 0,
        own_rows: Callable[[int], np.ndarray] = np.arange,
        ahead: int = 0,
    ):
        self.captions = captions
        self.images = images
        self.batch_size = batch_size
        self.captions_per_image = captions_per_image
        self.max_caption_length = max_caption_length
        self.seed = seed
        self.own_rows = own_rows
        self.ahead = ahead

    def __len__(self) -> int:
        return -(-len(self.captions) // self.batch_size)

    @property
    def shapes(self) -> tuple[dict[str, tuple[int | None, ...]], tuple[None, ...], tuple[None, ...]]:
        """A batch's shapes, None where they vary."""
        images = self.images(np.zeros(1, int), 0).shape[1:]
        varying = (None, None, None)
        return {"images": (None, *images), "token_ids": varying}, varying, varying

    def epoch(self, epoch: int) -> Iterator[Batch]:
        """The batches of one epoch, which depend on nothing but the seed and the epoch's number."""
        randomness = np.random.default_rng((self.seed, epoch))
        chosen = [self._choose(captions, randomness) for captions in self.captions]
        order = self._order(chosen, randomness)
        with closing(self._fetched(order, epoch)) as fetched:
            for indices, images in zip(order, fetched, strict=True):
                yield self._batch(indices, images, [chosen[index] for index in indices])

    def _fetched(self, order: Sequence[np.ndarray], epoch: int) -> Generator[np.ndarray, None, None]:
        if not self.ahead:
            return (self._own_images(indices, epoch) for indices in order)
        return read_ahead(order, lambda indices: self._own_images(indices, epoch), threads=self.ahead, ahead=self.ahead)

    def _own_images(self, indices: np.ndarray, epoch: int) -> np.ndarray:
        own = self.own_rows(len(indices))
        images = self.images(indices[own], epoch)
        if len(own) == len(indices):
            return images
        batch = np.zeros((len(indices), *images.shape[1:]), images.dtype)
        batch[own] = images
        return batch

    def _batch(self, indices: np.ndarray, images: np.ndarray, captions: Sequence[Sequence[Sequence[int]]]) -> Batch:
        token_ids, targets, sample_weight = teacher_forcing(captions, max_caption_length=self.max_caption_length)
        return {"images": images, "token_ids": token_ids}, targets, sample_weight

    def _choose(self, captions: Sequence[Sequence[int]], randomness: np.random.Generator) -> list[Sequence[int]]:
        if len(captions) <= self.captions_per_image:
            return list(captions)
        return [captions[index] for index in randomness.choice(len(captions), self.captions_per_image, replace=False)]

    def _order(self, chosen: Sequence[Sequence[Sequence[int]]], randomness: np.random.Generator) -> list[np.ndarray]:
        """Shuffled images, sorted by shape within runs of batches so that a batch pads little; batches reshuffled."""
        shapes = np.array([(len(captions), max(map(len, captions))) for captions in chosen])
        order = randomness.permutation(len(chosen))
        run = SORTED_BATCHES * self.batch_size
        batches: list[np.ndarray] = []
        for start in range(0, len(order), run):
            part = order[start : start + run]
            part = part[np.lexsort(shapes[part].T[::-1])]
            batches += [part[first : first + self.batch_size] for first in range(0, len(part), self.batch_size)]
        return [batches[index] for index in randomness.permutation(len(batches))]


def teacher_forcing(
    captions: Sequence[Sequence[Sequence[int]]], *, max_caption_length: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Captions of several images as `(token_ids, targets, sample_weight)`, each `(images, captions, time)`.

    An image with fewer captions than another has rows of weight 0.
    """
    rows = max(map(len, captions))
    time = min(max(len(caption) for group in captions for caption in group), max_caption_length) + 1
    token_ids = np.full((len(captions), rows, time), PAD_ID, np.int32)
    targets = np.full_like(token_ids, PAD_ID)
    sample_weight = np.zeros(token_ids.shape, np.float32)
    for image, group in enumerate(captions):
        for row, caption in enumerate(group):
            line = [START_ID, *caption, END_ID][: time + 1]
            token_ids[image, row, : len(line) - 1] = line[:-1]
            targets[image, row, : len(line) - 1] = line[1:]
            sample_weight[image, row, : len(line) - 1] = 1
    return token_ids, targets, sample_weight
