"""Batches that follow the number of the epoch, in the form in which the active Keras backend takes them."""

from collections.abc import Iterator
from typing import Any, Protocol

import keras


class Batches(Protocol):
    """What can be trained on: batches that depend on nothing but the number of their epoch."""

    @property
    def shapes(self) -> Any:
        """A batch with each array replaced by its shape, in which None stands for a size that varies."""

    def __len__(self) -> int: ...

    def epoch(self, epoch: int) -> Iterator[Any]: ...


class EpochSource:
    """A dataset for `Model.fit` whose content follows the number of the epoch, also after a resumed training.

    Attributes:
        epoch: the epoch that the next iteration yields; a callback sets it.
    """

    def __init__(self, batches: Batches):
        self.batches = batches
        self.epoch = 0

    def dataset(self) -> Any:
        """A `tf.data.Dataset` on the TensorFlow backend, elsewhere a `keras.utils.PyDataset`."""
        return self._tf_dataset() if keras.backend.backend() == "tensorflow" else _PyBatches(self)

    def __iter__(self) -> Iterator[Any]:
        return self.batches.epoch(self.epoch)

    def _tf_dataset(self) -> Any:
        import tensorflow as tf

        first = next(self.batches.epoch(0))
        signature = keras.tree.map_structure_up_to(
            first, lambda array, shape: tf.TensorSpec(shape, array.dtype), first, self.batches.shapes
        )
        dataset = tf.data.Dataset.from_generator(lambda: iter(self), output_signature=signature)
        dataset = dataset.apply(tf.data.experimental.assert_cardinality(len(self.batches)))
        # There is nothing to tune, and TensorFlow 2.21 lets the end of an epoch wait for the tuner's next turn, whose
        # pauses double from 10 ms up to a minute.
        options = tf.data.Options()
        options.autotune.enabled = False
        # Batches are made while the model works on the ones before.
        return dataset.prefetch(2).with_options(options)


class _PyBatches(keras.utils.PyDataset):
    """The same batches by index, for backends without TensorFlow."""

    def __init__(self, source: EpochSource):
        super().__init__()
        self.source = source
        self._iterator = iter(source)

    def __len__(self) -> int:
        return len(self.source.batches)

    def __getitem__(self, index: int) -> Any:
        if index == 0:
            self._iterator = iter(self.source)
        return next(self._iterator)
