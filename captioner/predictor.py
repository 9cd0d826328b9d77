"""Any number of pictures to captions with probabilities: read ahead in threads, captioned in batches, in order."""

import math
from collections import deque
from collections.abc import Generator, Iterable, Iterator, Sequence, Sized
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from captioner.bundle_files import DEFAULT_PRESET
from captioner.data.images import load_image
from captioner.decoding.checks import check_count
from captioner.errors import ImageError
from captioner.generation import Caption, CaptionGenerator
from captioner.models.caption_model import CaptionModel
from captioner.models.ensemble import Ensemble

Source = str | Path | bytes | BinaryIO
Picture = np.ndarray | ImageError

# Pillow decodes outside the interpreter's lock; more threads would only hold more large pictures at a time.
READERS = 4


@dataclass(frozen=True)
class Prediction:
    """What became of one picture.

    Attributes:
        source: what was given.
        captions: the best first; none if the picture could not be read.
        error: why it could not be read.
    """

    source: Source
    captions: tuple[Caption, ...] = ()
    error: ImageError | None = None

    @property
    def caption(self) -> Caption:
        """The best caption; raises the error of a picture that could not be read."""
        if self.error is not None:
            raise self.error
        return self.captions[0]


class Predictor:
    """Captions for pictures in files or in memory.

    Called with any iterable of paths, file contents or binary streams, it yields a `Prediction` for each, in order and
    as soon as its batch is done. Memory does not grow with their number, and a bad picture does not stop the others.

    Args:
        model: the captioner, or several.
        batch_size: pictures captioned together.
        num_captions: captions a picture.
        options: further ones of `CaptionGenerator`.

    Raises:
        ConfigError: an option is out of range.
    """

    def __init__(self, model: CaptionModel | Ensemble, *, batch_size: int = 16, num_captions: int = 1, **options: Any):
        check_count("batch_size", batch_size)
        self.generator = CaptionGenerator(model, num_captions=num_captions, **options)
        self.batch_size = batch_size
        self.image_size = (model.encoder.image_size, model.encoder.image_size)

    @classmethod
    def from_preset(cls, preset: str | Path | Sequence[str | Path] = DEFAULT_PRESET, **options: Any) -> "Predictor":
        """The predictor of a bundled model's name or a bundle directory, or of several together, see `Ensemble`.

        Options as for the constructor.

        Raises:
            BundleError: there is no such model, or it is not complete.
            VocabularyError: several models have different words.
        """
        presets = [preset] if isinstance(preset, str | Path) else preset
        members = [CaptionModel.from_preset(each) for each in presets]
        return cls(members[0] if len(members) == 1 else Ensemble(members), **options)

    def __call__(self, images: Iterable[Source] | str | Path | bytes) -> Iterator[Prediction]:
        sources = [images] if isinstance(images, str | Path | bytes) else images
        rows = 0
        with closing(self._read_ahead(sources)) as pictures:
            while batch := list(islice(pictures, self._balanced_batch_size(sources))):
                # A short last batch is filled up, so that the model is not compiled for another size.
                rows = max(rows, len(batch))
                yield from self._predictions(batch, rows)

    def _balanced_batch_size(self, sources: Iterable[Source]) -> int:
        """Where the number of pictures is known, batches are made alike: 17 in batches of 16 are 9 and 8."""
        if not isinstance(sources, Sized):
            return self.batch_size
        return math.ceil(len(sources) / max(1, math.ceil(len(sources) / self.batch_size)))

    def _read_ahead(self, sources: Iterable[Source]) -> Generator[tuple[Source, Picture], None, None]:
        waiting: deque[tuple[Source, Future[Picture]]] = deque()
        with ThreadPoolExecutor(READERS) as readers:
            try:
                for source in sources:
                    waiting.append((source, readers.submit(self._read, source)))
                    if len(waiting) > self.batch_size:
                        yield _finished(waiting)
                while waiting:
                    yield _finished(waiting)
            finally:
                readers.shutdown(cancel_futures=True)

    def _read(self, source: Source) -> Picture:
        try:
            return load_image(source, self.image_size)
        except ImageError as error:
            return error

    def _predictions(self, batch: list[tuple[Source, Picture]], rows: int) -> Iterator[Prediction]:
        captions = iter(self._captions([picture for _, picture in batch if isinstance(picture, np.ndarray)], rows))
        for source, picture in batch:
            if isinstance(picture, ImageError):
                yield Prediction(source, error=picture)
            else:
                yield Prediction(source, tuple(next(captions)))

    def _captions(self, pictures: list[np.ndarray], rows: int) -> list[list[Caption]]:
        if not pictures:
            return []
        images = np.zeros((rows, *self.image_size, 3), np.uint8)
        images[: len(pictures)] = pictures
        return self.generator.from_images(images)


def _finished(waiting: deque[tuple[Source, Future[Picture]]]) -> tuple[Source, Picture]:
    source, picture = waiting.popleft()
    return source, picture.result()
