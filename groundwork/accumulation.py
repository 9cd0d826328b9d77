"""A training step that sends its batch through the network in several parts, to save memory."""

from typing import Any

import keras
from keras import ops

from groundwork.errors import ConfigError
from groundwork.replicated import ReplicatedTraining, replica_context


class AccumulatedTraining(ReplicatedTraining):
    """Mixin before `keras.Model` whose `compile` takes `micro_batches`, the parts into which each batch is divided.

    Only the activations of one part are in memory at a time. A part's gradients weigh as much as its share of the
    batch's sample weights, so their sum is the gradient of the whole batch; Keras' `gradient_accumulation_steps`
    averages means, in which a word of a short part counts more. Clipping, schedules and averages of weights see one
    step a batch, and a part that overflows in float16 takes the whole step with it. Under a `tf.distribute` strategy
    each replica divides its own rows. Dropout draws anew for each part.

    The loss must be a mean over sample weights (`reduction="mean_with_sample_weight"`), and a model that is compiled
    with more than one part has no other metrics, since the predictions for a whole batch are never in memory.
    """

    # What `keras.Model` brings.
    _compile_metrics: Any
    optimizer: Any
    trainable_variables: Any
    compute_loss: Any
    compute_loss_and_updates: Any
    _update_metrics_variables: Any

    micro_batches = 1

    def compile(self, *arguments, micro_batches: int = 1, **options):
        super().compile(*arguments, **options)  # type: ignore[misc]
        if micro_batches > 1 and getattr(self.loss, "reduction", None) != "mean_with_sample_weight":
            raise ConfigError("`micro_batches` needs a loss with the reduction mean_with_sample_weight.")
        if micro_batches > 1 and self._compile_metrics is not None:
            raise ConfigError("`micro_batches` needs a model that is compiled without metrics.")
        self.micro_batches = micro_batches

    def train_step(self, *arguments):
        if self.micro_batches == 1:
            return super().train_step(*arguments)
        return self._jax_step(*arguments) if keras.backend.backend() == "jax" else self._tf_step(*arguments)

    def _tf_step(self, batch):
        import tensorflow as tf

        x, y, sample_weight = keras.utils.unpack_x_y_sample_weight(batch)
        parts, shares = divided(x, y, sample_weight, self.micro_batches)
        context = replica_context()
        rows = ops.shape(y)[0]
        if context is not None:
            share, rows = self._share(context, x, sample_weight)
            shares = share * shares
        variables = self.trainable_variables

        def add(index, loss_sum, gradient_sums):
            part = keras.tree.map_structure(lambda array: array[index], parts)
            loss, gradients = self._part_gradients(variables, shares[index], *part)
            return (
                index + 1,
                loss_sum + loss,
                [total + new for total, new in zip(gradient_sums, gradients, strict=True)],
            )

        start = (0, 0.0, [ops.zeros(variable.shape, variable.dtype) for variable in variables])
        # One part after the other: TensorFlow would begin the next ones while there is no result to wait for.
        _, loss, gradients = tf.while_loop(
            lambda index, *_: index < self.micro_batches, add, start, parallel_iterations=1
        )
        if context is not None:
            loss, *gradients = context.all_reduce(tf.distribute.ReduceOp.SUM, [loss, *gradients])
        self.optimizer.apply(gradients, variables)
        return self._logs(loss, rows, x, y, None, sample_weight)

    def _part_gradients(self, variables, share, x, y, sample_weight):
        """A part's loss, and its gradients with the optimizer's scale for float16."""
        import tensorflow as tf

        with tf.GradientTape() as tape:
            y_pred = self(x, training=True)  # type: ignore[operator]
            loss = share * self.compute_loss(x, y, y_pred, sample_weight, training=True)
            scaled_loss = self.optimizer.scale_loss(loss)
        gradients = tape.gradient(scaled_loss, variables, unconnected_gradients=tf.UnconnectedGradients.ZERO)
        return loss, [tf.convert_to_tensor(gradient) for gradient in gradients]  # Those of word vectors are sparse.

    def _jax_step(self, state, batch):
        import jax

        x, y, sample_weight = keras.utils.unpack_x_y_sample_weight(batch)
        trainable, non_trainable, of_optimizer, of_metrics = state
        loss_and_gradients = jax.value_and_grad(self.compute_loss_and_updates, has_aux=True)

        def add(sums, part):
            loss_sum, gradient_sums, non_trainable = sums
            arrays, share = part
            (_, (loss, _, non_trainable, _)), gradients = loss_and_gradients(
                trainable, non_trainable, of_metrics, *arrays, training=True, optimizer_variables=of_optimizer
            )
            totals = [total + share * new for total, new in zip(gradient_sums, gradients, strict=True)]
            return (loss_sum + share * loss, totals, non_trainable), None

        start = (0.0, [ops.zeros_like(variable) for variable in trainable], non_trainable)
        parts = divided(x, y, sample_weight, self.micro_batches)
        (loss, gradients, non_trainable), _ = jax.lax.scan(add, start, parts)
        trainable, of_optimizer = self.optimizer.stateless_apply(of_optimizer, gradients, trainable)
        logs, of_metrics = self._update_metrics_variables(of_metrics, loss, x, y, None, sample_weight)
        return logs, (trainable, non_trainable, of_optimizer, of_metrics)


def divided(x, y, sample_weight, count: int) -> tuple[tuple[Any, Any, Any], Any]:
    """A batch in `count` parts of equally many rows, filled up with repeated rows of weight 0.

    Returns:
        `(x, y, sample_weight)` with a new first axis, the part; and the share of the batch's weights that is in each
        part, `(count,)`.
    """
    rows = ops.shape(y)[0]
    if sample_weight is None:
        sample_weight = ops.ones(ops.shape(y), "float32")
    each = -(-rows // count)
    # Part i takes the rows i, i + count, ...: where a batch is spread over devices, all of them work on each part.
    places = ops.transpose(ops.reshape(ops.arange(each * count), (each, count)))  # (count, each)
    x, y, sample_weight = keras.tree.map_structure(
        lambda array: ops.take(array, ops.minimum(places, rows - 1), axis=0), (x, y, sample_weight)
    )
    real = ops.reshape(places < rows, (count, each, *[1] * (len(sample_weight.shape) - 2)))
    sample_weight = sample_weight * ops.cast(real, sample_weight.dtype)
    weights = ops.sum(ops.cast(sample_weight, "float32"), axis=tuple(range(1, len(sample_weight.shape))))
    return (x, y, sample_weight), ops.divide_no_nan(weights, ops.sum(weights))
