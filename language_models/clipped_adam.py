"""AdamW whose gradients may be clipped element by element as well as by their global norm."""

import keras
from keras import ops

from groundwork.dense_gradients import dense


class ClippedAdam(keras.optimizers.AdamW):
    """AdamW (Loshchilov & Hutter 2019, arXiv:1711.05101) with both clippings of char-rnn's descendants.

    Keras allows one kind of clipping an optimizer; here elements are clipped first, then the norm.

    Args:
        clip_value: largest size of a gradient's element; 0 does not clip.
    """

    def __init__(self, *args, clip_value: float = 0.0, **kwargs):
        super().__init__(*args, **kwargs)
        self.clip_value = clip_value

    def apply(self, grads, trainable_variables=None):
        grads = dense(grads)
        if self.clip_value:
            grads = [ops.clip(gradient, -self.clip_value, self.clip_value) for gradient in grads]
        return super().apply(grads, trainable_variables)
