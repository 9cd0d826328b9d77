"""Several captioners with one vocabulary that choose each word together."""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from keras import ops

from captioner.errors import VocabularyError
from captioner.models.caption_model import CaptionModel
from groundwork.errors import ConfigError


class Ensemble(keras.Model):
    """The mean of captioners' log-probabilities at each word; offers what a search needs and cannot be trained.

    O. Vinyals et al., "Show and Tell: Lessons learned from the 2015 MSCOCO challenge", 2016 (arXiv:1609.06647), found
    ensembles to gain one or two points of BLEU-4. The mean is that of logarithms, so a word that one member rules out
    stays out; `step` returns it as logits, whose softmax is the geometric mean of the members' distributions.

    An encoder that has the same weights as an earlier one, as a frozen CNN has, runs once for both.

    Args:
        members: two or more captioners; the first decides how captions are searched for.

    Raises:
        VocabularyError: their words differ.
        ConfigError: they take pictures of different sizes, or there are none.
    """

    def __init__(self, members: Sequence[CaptionModel], *, name: str = "ensemble"):
        super().__init__(name=name)
        if not members:
            raise ConfigError("An ensemble needs at least one model.")
        for number, member in enumerate(members[1:], 2):
            _require_alike(number, member, members[0])
        self.members = list(members)
        self.encoder = members[0].encoder
        self.vocabulary = members[0].vocabulary
        self.decoding = members[0].decoding
        self.calibration = None  # That of a member means nothing for the mean.
        self._encoders = _distinct_encoders(members)
        self.built = True

    def encode(self, images):
        """Pictures, uint8 `(batch, height, width, 3)`, to a tuple of each member's image features."""
        made: dict[int, Any] = {}
        for member, number in zip(self.members, self._encoders, strict=True):
            if number not in made:
                made[number] = member.encode(images)
        return tuple(made[number] for number in self._encoders)

    def initial_state(self, image_features):
        """A tuple of the members' states before the first word."""
        parts = zip(self.members, image_features, strict=True)
        return tuple(member.initial_state(features) for member, features in parts)

    def step(self, token_ids, state):
        """Token ids `(rows,)` and a state to mean log-probabilities `(rows, vocabulary)` and the next state."""
        steps = [member.step(token_ids, part) for member, part in zip(self.members, state, strict=True)]
        log_probs = [ops.log_softmax(ops.cast(logits, "float32"), axis=-1) for logits, _ in steps]
        return sum(log_probs) / len(log_probs), tuple(part for _, part in steps)


def _require_alike(number: int, member: CaptionModel, first: CaptionModel) -> None:
    if member.vocabulary.words != first.vocabulary.words:
        raise VocabularyError(
            f"Only models with the same vocabulary can choose words together; that of model {number} "
            f"({len(member.vocabulary)} words) is another than that of model 1 ({len(first.vocabulary)} words)."
        )
    if member.encoder.image_size != first.encoder.image_size:
        raise ConfigError(
            f"Only models that take pictures of one size can caption them together; model {number} takes "
            f"{member.encoder.image_size} pixels, model 1 takes {first.encoder.image_size}."
        )


def _distinct_encoders(members: Sequence[CaptionModel]) -> list[int]:
    """For each member the number of the first one whose encoder computes the same."""
    encoders = [member.encoder for member in members]
    return [next(first for first, one in enumerate(encoders) if _are_equal(one, other)) for other in encoders]


def _are_equal(one: keras.Model, other: keras.Model) -> bool:
    if one is other:
        return True
    if type(one) is not type(other) or _architecture(one) != _architecture(other):
        return False
    return all(
        np.array_equal(ops.convert_to_numpy(a), ops.convert_to_numpy(b))
        for a, b in zip(one.weights, other.weights, strict=True)
    )


def _architecture(encoder: keras.Model) -> dict[str, Any]:
    return {name: value for name, value in encoder.get_config().items() if name not in ("name", "trainable")}
