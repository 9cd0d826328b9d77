"""Batches that follow the number of the epoch, in the form in which the active Keras backend takes them."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

import keras

from groundwork.distribution import Distribution
from groundwork.rows import filled_rows, replica_rows


class Batches(Protocol):
    """What can be trained on: batches that depend on nothing but the number of their epoch."""

    @property
    def shapes(self) -> Any:
        """A batch with each array replaced by its shape, in which None stands for a size that varies."""

    def __len__(self) -> int: ...

    def epoch(self, epoch: int) -> Iterator[Any]: ...


class EpochSource:
    """A dataset for `Model.fit` whose content follows the number of the epoch, also after a resumed training.

    Args:
        batches: global batches.
        distribution: the devices that share each of them, see `groundwork.rows`.

    Attributes:
        epoch: the epoch that the next iteration yields; a callback sets it.
    """

    def __init__(self, batches: Batches, distribution: Distribution | None = None):
        self.batches = batches
        self.distribution = distribution or Distribution()
        self.epoch = 0
        self._error: Exception | None = None

    def fit_arguments(self) -> dict[str, Any]:
        """`x` and what else `Model.fit` must know of it."""
        if self.distribution.strategy is None:
            return {"x": self.dataset()}
        return {"x": self._replicated_dataset(), "steps_per_epoch": len(self.batches)}

    def dataset(self) -> Any:
        """A `tf.data.Dataset` on the TensorFlow backend, elsewhere a `keras.utils.PyDataset`."""
        return self._tf_dataset() if keras.backend.backend() == "tensorflow" else _PyBatches(self)

    @contextmanager
    def own_errors(self) -> Iterator[None]:
        """In this block an error of the batches is raised as it is; TensorFlow would wrap it with its traceback."""
        try:
            yield
        except Exception:
            if self._error is not None:
                raise self._error from None
            raise

    def __iter__(self) -> Iterator[Any]:
        return self._batches_of(self.epoch)

    def _batches_of(self, epoch: int) -> Iterator[Any]:
        try:
            yield from self.batches.epoch(epoch)
        except Exception as error:
            self._error = error
            raise

    def _tf_dataset(self) -> Any:
        import tensorflow as tf

        first = next(self.batches.epoch(0))
        signature = keras.tree.map_structure_up_to(
            first, lambda array, shape: tf.TensorSpec(shape, array.dtype), first, self.batches.shapes
        )
        dataset = tf.data.Dataset.from_generator(lambda: iter(self), output_signature=signature)
        dataset = dataset.apply(tf.data.experimental.assert_cardinality(len(self.batches)))
        # Batches are made while the model works on the ones before.
        return dataset.prefetch(2).with_options(_options())

    def _replicated_dataset(self) -> Any:
        """Each replica's rows of the global batches, epoch after epoch without end, as a distributed dataset."""
        import tensorflow as tf

        replicas = self.distribution.replicas
        shapes = self.batches.shapes
        first = replica_rows(next(self.batches.epoch(0)), 0, replicas)
        if len(shapes) < len(first):
            shapes = (*shapes, shapes[1])  # the weights that `replica_rows` adds
        signature = keras.tree.map_structure_up_to(
            first, lambda array, shape: tf.TensorSpec((None, *shape[1:]), array.dtype), first, shapes
        )

        def pipeline(context: Any) -> Any:
            dataset = tf.data.Dataset.from_generator(self._shares, output_signature=signature)
            # Without an end TensorFlow need not ask all workers in each step whether there is a next batch.
            dataset = dataset.apply(tf.data.experimental.assert_cardinality(tf.data.INFINITE_CARDINALITY))
            return dataset.prefetch(2 * len(self.distribution.own_replicas)).with_options(_options())

        return self.distribution.strategy.distribute_datasets_from_function(pipeline)

    def _shares(self) -> Iterator[Any]:
        epoch, distribution = self.epoch, self.distribution
        while True:
            for batch in self._batches_of(epoch):
                for replica in distribution.own_replicas:
                    yield replica_rows(batch, replica, distribution.replicas)
            epoch += 1


def _options() -> Any:
    """There is nothing to tune, and TensorFlow 2.21 lets the end of an epoch wait for the tuner's next turn, whose
    pauses double from 10 ms up to a minute."""
    import tensorflow as tf

    options = tf.data.Options()
    options.autotune.enabled = False
    return options


class _PyBatches(keras.utils.PyDataset):
    """The same batches by index, for backends without TensorFlow, filled up to a multiple of the devices.

    Rows that are filled in have no gradient, but JAX counts them where it averages the logged losses of an epoch.
    Keras asks for index after index, from 0 on in each epoch; another order begins the epoch anew to count up to it.
    """

    def __init__(self, source: EpochSource):
        super().__init__()
        self.source = source
        self._iterator: Iterator[Any] = iter(())
        self._next = -1

    def __len__(self) -> int:
        return len(self.source.batches)

    def __getitem__(self, index: int) -> Any:
        if index == 0 or index < self._next or self._next < 0:
            self._iterator, self._next = iter(self.source), 0
        while self._next < index:
            next(self._iterator)
            self._next += 1
        self._next += 1
        batch, replicas = next(self._iterator), self.source.distribution.replicas
        return batch if replicas == 1 else filled_rows(batch, replicas)
