"""A Keras model that `fit` trains on several devices or machines as on one: means are over the global batch."""

from typing import Any

import keras
from keras import ops


class ReplicatedTraining:
    """Mixin before `keras.Model` for training under `tf.distribute`; on one device, and on JAX, it steps aside.

    Built, compiled and given its optimizer in `strategy.scope()`, such a model takes the steps that one device would
    take with the global batch. Keras alone differs in these respects:

    - It averages the replicas' mean losses. Here a replica's loss and gradients weigh as much as its share of the
      global batch's sample weights (rows, where the loss does not divide by weights).
    - Its optimizers clip before they add up the replicas' gradients. Here the sum is clipped.
    - With several workers `fit` fails: it averages the replicas' first batches, and the step's logs along an axis that
      scalars lack (keras-team/keras#20585).

    The model must be built in its constructor. A row counts in the logged loss if any of its weights is above zero.
    """

    # What `keras.Model` brings.
    loss: Any
    _loss_tracker: Any
    compute_metrics: Any

    _predict_here: Any = None

    def train_step(self, *arguments):
        context = replica_context()
        if context is None:
            return super().train_step(*arguments)  # type: ignore[misc]
        import tensorflow as tf

        x, y, sample_weight = keras.utils.unpack_x_y_sample_weight(*arguments)
        share, rows = self._share(context, x, sample_weight)
        variables = self.trainable_variables
        with tf.GradientTape() as tape:
            y_pred = self(x, training=True)
            loss = share * self.compute_loss(x, y, y_pred, sample_weight, training=True)
            scaled_loss = self.optimizer.scale_loss(loss)
        gradients = tape.gradient(scaled_loss, variables)
        pairs = [pair for pair in zip(gradients, variables, strict=True) if pair[0] is not None]
        loss, *gradients = context.all_reduce(tf.distribute.ReduceOp.SUM, [loss, *(gradient for gradient, _ in pairs)])
        self.optimizer.apply(gradients, [variable for _, variable in pairs])
        return self._logs(loss, rows, x, y, y_pred, sample_weight)

    def test_step(self, *arguments):
        context = replica_context()
        if context is None:
            return super().test_step(*arguments)  # type: ignore[misc]
        import tensorflow as tf

        x, y, sample_weight = keras.utils.unpack_x_y_sample_weight(*arguments)
        share, rows = self._share(context, x, sample_weight)
        y_pred = self(x, training=False)
        loss = share * self.compute_loss(x, y, y_pred, sample_weight, training=False)
        loss = context.all_reduce(tf.distribute.ReduceOp.SUM, loss)
        return self._logs(loss, rows, x, y, y_pred, sample_weight)

    def predict_on_batch(self, x):
        """On one device of this process, so that one worker can call it alone; `predict` is shared by all of them."""
        if not _is_replicated(self):
            return super().predict_on_batch(x)  # type: ignore[misc]
        if self._predict_here is None:
            import tensorflow as tf

            self._predict_here = tf.function(lambda inputs: self(inputs, training=False), reduce_retracing=True)
        return keras.tree.map_structure(ops.convert_to_numpy, self._predict_here(x))

    def _share(self, context: Any, x: Any, sample_weight: Any) -> tuple[Any, Any]:
        """What this replica's loss is multiplied by, and the rows of the global batch for each replica, scalars.

        Keras divides a mean loss by the number of replicas, so that equal shares are 1.
        """
        import tensorflow as tf

        reduction = getattr(self.loss, "reduction", "sum_over_batch_size")
        rows = ops.cast(ops.shape(keras.tree.flatten(x)[0])[0], "float32")
        weight = rows
        if sample_weight is not None:
            flat = ops.reshape(ops.cast(sample_weight, "float32"), (ops.shape(sample_weight)[0], -1))
            rows = ops.sum(ops.cast(ops.any(flat > 0, axis=1), "float32"))
            weight = ops.sum(flat) if reduction == "mean_with_sample_weight" else weight
        all_weight, all_rows = tf.unstack(context.all_reduce(tf.distribute.ReduceOp.SUM, tf.stack([weight, rows])))
        replicas = context.num_replicas_in_sync
        share = 1.0 if reduction == "sum" else replicas * tf.math.divide_no_nan(weight, all_weight)
        return share, all_rows / replicas

    def _logs(self, loss, rows, x, y, y_pred, sample_weight) -> dict[str, Any]:
        self._loss_tracker.update_state(loss, sample_weight=rows)
        logs = self.compute_metrics(x, y, y_pred, sample_weight=sample_weight)
        # Keras takes the mean of the workers' logs along axis 0.
        return {name: ops.expand_dims(value, 0) for name, value in logs.items()} if in_workers() else logs

    def _maybe_symbolic_build(self, iterator=None, data_batch=None):
        if _is_replicated(self):
            strategy = self.distribute_strategy
            self.jit_compile = False  # XLA cannot compile the sum over replicas.
            for optimizer in filter(None, (self.optimizer, getattr(self.optimizer, "inner_optimizer", None))):
                optimizer._all_reduce_sum_gradients = list  # They are summed already, before they are clipped.
            if iterator is not None:
                data_batch, iterator = _global_shapes(next(next(iter(iterator))[2]), strategy), None
        super()._maybe_symbolic_build(iterator=iterator, data_batch=data_batch)  # type: ignore[misc]


def _is_replicated(model: Any) -> bool:
    """Whether a model was made under a strategy of several replicas."""
    return keras.backend.backend() == "tensorflow" and model.distribute_strategy.num_replicas_in_sync > 1


def _global_shapes(batch: Any, strategy: Any) -> Any:
    """A batch of the shapes and types of a global one, from the distributed values of a step."""

    def repeated(part):
        local = strategy.experimental_local_results(part)[0]
        return ops.concatenate([local] * strategy.num_replicas_in_sync)

    return keras.tree.map_structure(repeated, batch)


def replica_context() -> Any:
    """TensorFlow's context of the replica that runs this code; None where there is one replica, or another backend."""
    if keras.backend.backend() != "tensorflow":
        return None
    import tensorflow as tf

    context = tf.distribute.get_replica_context()
    return context if context is not None and context.num_replicas_in_sync > 1 else None


def in_workers() -> bool:
    """Whether this code runs under a strategy that spans several processes."""
    import tensorflow as tf

    strategy = tf.distribute.get_strategy()
    return isinstance(strategy, tf.distribute.MultiWorkerMirroredStrategy) and strategy.extended._in_multi_worker_mode()


def own_rows(values):
    """The rows `(batch / replicas, ...)` of a tensor `(batch, ...)` that belong to this replica; all without one."""
    context = replica_context()
    if context is None:
        return values
    rows = values.shape[0] // context.num_replicas_in_sync
    return ops.slice(
        values, (context.replica_id_in_sync_group * rows, *[0] * (len(values.shape) - 1)), (rows, *values.shape[1:])
    )


def all_rows(values):
    """The inverse of `own_rows`: the same tensor `(batch, ...)` on every replica."""
    context = replica_context()
    if context is None:
        return values
    import tensorflow as tf

    before = context.replica_id_in_sync_group * values.shape[0]
    behind = (context.num_replicas_in_sync - 1) * values.shape[0] - before
    return context.all_reduce(
        tf.distribute.ReduceOp.SUM, tf.pad(values, [[before, behind], *[[0, 0]] * (len(values.shape) - 1)])
    )
