"""Training batches in the form in which the active Keras backend takes them."""

from collections.abc import Iterator
from typing import Any

import keras

from captioner.data.batches import Batch, CaptionBatches


class EpochSource:
    """A dataset for `Model.fit` whose content follows the number of the epoch, also after a resumed training.

    Attributes:
        epoch: the epoch that the next iteration yields; a callback sets it.
    """

    def __init__(self, batches: CaptionBatches):
        self.batches = batches
        self.epoch = 0

    def dataset(self) -> Any:
        """A `tf.data.Dataset` on the TensorFlow backend, elsewhere a `keras.utils.PyDataset`."""
        return self._tf_dataset() if keras.backend.backend() == "tensorflow" else _PyBatches(self)

    def __iter__(self) -> Iterator[Batch]:
        return self.batches.epoch(self.epoch)

    def _tf_dataset(self) -> Any:
        import tensorflow as tf

        inputs, _, _ = next(self.batches.epoch(0))
        images = tf.TensorSpec((None, *inputs["images"].shape[1:]), inputs["images"].dtype)
        token_ids, weights = (tf.TensorSpec((None, None, None), dtype) for dtype in ("int32", "float32"))
        signature = ({"images": images, "token_ids": token_ids}, token_ids, weights)
        dataset = tf.data.Dataset.from_generator(lambda: iter(self), output_signature=signature)
        dataset = dataset.apply(tf.data.experimental.assert_cardinality(len(self.batches)))
        # Batches are made while the model works on the ones before.
        return dataset.prefetch(2)


class _PyBatches(keras.utils.PyDataset):
    """The same batches by index, for backends without TensorFlow."""

    def __init__(self, source: EpochSource):
        super().__init__()
        self.source = source
        self._iterator = iter(source)

    def __len__(self) -> int:
        return len(self.source.batches)

    def __getitem__(self, index: int) -> Batch:
        if index == 0:
            self._iterator = iter(self.source)
        return next(self._iterator)
