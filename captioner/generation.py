"""A model and beam search joined into one compiled function, from pictures to captions in words."""

import math
from dataclasses import dataclass, replace
from typing import Any

import keras
import numpy as np

from captioner.config import CalibrationConfig, DecodingConfig
from captioner.data.dangling import dangling_ids
from captioner.data.vocabulary import Vocabulary
from captioner.decoding.beam_search import beam_search
from captioner.decoding.checks import check_diversity
from captioner.decoding.decoded import Decoded
from captioner.decoding.diverse import diverse_search
from captioner.models.caption_model import CaptionModel
from captioner.models.caption_rules import caption_rules
from captioner.models.ensemble import Ensemble
from groundwork.errors import BundleError, ConfigError


@dataclass(frozen=True)
class Caption:
    """One caption of a picture.

    Attributes:
        text: lower-case words without punctuation.
        probability: what the model gives to exactly these words in this order, 0 to 1.
        log_probability: its natural logarithm, which stays precise for long captions.
        score: the length-normalised log-probability by which captions are ranked.
        confidence: how likely people are to agree with it, 0 to 1, in the sense of the model's `CalibrationConfig`;
            None where the model has none.
    """

    text: str
    probability: float
    log_probability: float
    score: float
    confidence: float | None = None

    @property
    def tokens(self) -> int:
        """How many it has: its words and its end."""
        return len(self.text.split()) + 1


class CaptionGenerator:
    """Captions for batches of pictures or of image features.

    Encoding and search are one function that is compiled for a new batch size: keep to one size where speed matters.

    Args:
        model: the captioner, or several.
        num_captions: captions an image, the best first; a search that finds fewer returns fewer.
        diversity: above 0, captions of a picture are looked for that differ, the more the greater it is, instead of
            the beam's; see `diverse_search`. 1 is a good start.
        options: fields of `DecodingConfig`; what is not given, or None, is as `model.decoding` says, though the beam is
            never narrower than `num_captions` unless it is given.

    Raises:
        ConfigError: an option is out of range, or the `beam_size` given is below `num_captions`.
    """

    def __init__(
        self, model: CaptionModel | Ensemble, *, num_captions: int = 1, diversity: float = 0.0, **options: Any
    ):
        given = {name: value for name, value in options.items() if value is not None}
        beam_size = given.setdefault("beam_size", max(num_captions, model.decoding.beam_size))
        decoding = replace(model.decoding, **given)
        problems = decoding.problems()
        if not 1 <= num_captions <= beam_size:
            problems.append(f"`num_captions` must lie between 1 and the beam size {beam_size}, received {num_captions}")
        check_diversity(diversity)
        if problems:
            raise ConfigError("; ".join(problems) + ".")
        self.model = model
        self.decoding = decoding
        self._from_images = _FromImages(model, decoding, num_captions, diversity)
        self._from_features = _FromFeatures(model, decoding, num_captions, diversity)

    def from_images(self, images: np.ndarray) -> list[list[Caption]]:
        """Captions of pictures, uint8 `(batch, height, width, 3)`: a list for each, the best caption first."""
        return in_words(self._from_images.predict_on_batch(images), self.model.vocabulary, self.model.calibration)

    def from_features(self, image_features: Any) -> list[list[Caption]]:
        """Captions of what `model.encode` returned, `(batch, regions, channels)`, or a tuple: a list for each."""
        decoded = self._from_features.predict_on_batch(image_features)
        return in_words(decoded, self.model.vocabulary, self.model.calibration)


def in_words(
    decoded: Decoded, vocabulary: Vocabulary, calibration: CalibrationConfig | None = None
) -> list[list[Caption]]:
    """NumPy arrays of token ids and scores to captions, for each image those that were found.

    Raises:
        BundleError: an image has no caption at all, which only weights that are not finite bring about.
    """
    images = zip(decoded.token_ids.tolist(), decoded.log_probs.tolist(), decoded.scores.tolist(), strict=True)
    found = [
        [
            with_confidence(Caption(vocabulary.decode(token_ids), math.exp(log_prob), log_prob, score), calibration)
            for token_ids, log_prob, score in zip(*beams, strict=True)
            if log_prob > -math.inf
        ]
        for beams in images
    ]
    if not all(found):
        raise BundleError("The model finds no caption: its weights hold values that are not finite.")
    return found


def with_confidence(caption: Caption, calibration: CalibrationConfig | None) -> Caption:
    """The caption with the confidence that a calibration gives it, if there is one."""
    if calibration is None:
        return caption
    return replace(caption, confidence=calibration.confidence(caption.log_probability, caption.tokens))


class _FromFeatures(keras.Model):
    """Image features to `Decoded`; a Keras model only because `predict_on_batch` then compiles it on every backend."""

    def __init__(self, model: CaptionModel | Ensemble, decoding: DecodingConfig, num_captions: int, diversity: float):
        super().__init__(name="caption_search")  # Keras allows no leading underscore as in the class's own name.
        self.model = model
        self.rules = caption_rules(
            max_length=decoding.max_length,
            length_penalty=decoding.length_penalty,
            no_repeat_ngram=decoding.no_repeat_ngram,
            dangling_ids=() if decoding.dangling_ends else dangling_ids(model.vocabulary.words),
        )
        self.beam_size = decoding.beam_size
        self.num_captions = num_captions
        self.diversity = diversity
        self.built = True
        # XLA would compile the loop over words for longer than most searches take; on JAX there is no other compiler.
        self.compile(jit_compile=keras.backend.backend() == "jax")

    def call(self, image_features):
        state = self.model.initial_state(image_features)
        if self.diversity and self.num_captions > 1:
            return diverse_search(
                self.model.step, state, self.rules, num_results=self.num_captions, diversity=self.diversity
            )
        return beam_search(self.model.step, state, self.rules, beam_size=self.beam_size, num_results=self.num_captions)


class _FromImages(_FromFeatures):
    """Pictures to `Decoded`."""

    def call(self, images):
        return super().call(self.model.encode(images))
