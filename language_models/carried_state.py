"""A model that remembers: its state goes on from batch to batch and into the checkpoints of `Model.fit`."""

import keras
from keras import ops

from groundwork.replicated import ReplicatedTraining, all_rows, own_rows
from language_models.char_model import CharModel


class CarriedState(ReplicatedTraining, keras.Model):
    """A character model whose state is carried from each batch to the next (truncated backpropagation through time).

    The state is kept in weights that are not trained: gradients stop there, `fit` saves it with everything else, and
    an interrupted training goes on with it. Row b of a batch must follow row b of the batch before. Where replicas
    share a batch, each keeps the state of all rows and computes with its own ones, so that a checkpoint fits any number
    of them.

    Args:
        model: shared, not copied.
        batch_size: rows of every batch.

    Call: token ids `(batch_size, time)` to logits `(batch_size, time, len(alphabet))`.
    """

    def __init__(self, model: CharModel, batch_size: int):
        super().__init__(name="carried_state")
        self.model = model
        self.template = model.initial_state(1)
        self.carried = [
            self.add_weight(shape=(batch_size, part.shape[-1]), initializer="zeros", trainable=False, name=f"part_{i}")
            for i, part in enumerate(keras.tree.flatten(self.template))
        ]
        self.built = True

    def call(self, token_ids, training=False):
        state = keras.tree.pack_sequence_as(
            self.template, [own_rows(ops.convert_to_tensor(part)) for part in self.carried]
        )
        logits, state = self.model(token_ids, state, training=training)
        for variable, part in zip(self.carried, keras.tree.flatten(state), strict=True):
            variable.assign(all_rows(part))
        return logits

    def reset_state(self) -> None:
        """Back to the state before the first character."""
        for variable in self.carried:
            variable.assign(ops.zeros(variable.shape))
