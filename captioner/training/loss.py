"""Cross-entropy over the vocabulary, averaged over the words that count."""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="captioner")
class CaptionCrossentropy(keras.losses.Loss):
    """Mean over real tokens of the cross-entropy between a smoothed target and the model's distribution.

    For a token with target y the loss is (1 - e) * -log p(y) + e * mean_w(-log p(w)), with e the label smoothing
    (Szegedy et al. 2016, arXiv:1512.00567, section 7). Padding has `sample_weight` 0 and counts neither above nor
    below the fraction line.

    Args:
        label_smoothing: e, between 0 and 1.

    Call: targets int `(batch, captions, time)`, logits `(batch, captions, time, vocabulary)`, sample_weight
    `(batch, captions, time)`.
    """

    def __init__(self, label_smoothing: float = 0.0, name: str = "caption_crossentropy"):
        super().__init__(name=name, reduction="mean_with_sample_weight")
        self.label_smoothing = label_smoothing

    def call(self, targets, logits):
        surprise = ops.sparse_categorical_crossentropy(targets, logits, from_logits=True)
        if not self.label_smoothing:
            return surprise
        spread = ops.logsumexp(logits, axis=-1) - ops.mean(logits, axis=-1)
        return (1 - self.label_smoothing) * surprise + self.label_smoothing * spread

    def get_config(self):
        return {"label_smoothing": self.label_smoothing, "name": self.name}
