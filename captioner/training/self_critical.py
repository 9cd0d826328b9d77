"""Self-critical training: the captioner samples captions, and learns from those that earn more than others."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
from keras import ops

from captioner.data.vocabulary import PAD_ID, START_ID
from captioner.decoding.policy import policy_logits
from captioner.decoding.sampling import greedy_search, sample
from captioner.models.caption_model import CaptionModel
from captioner.models.caption_rules import caption_rules
from groundwork.host_call import call_on_host
from groundwork.replicated import ReplicatedTraining
from groundwork.xla import compiled_apart

Reward = Callable[[np.ndarray, np.ndarray], np.ndarray]
"""`reward(image_numbers (images,), token_ids (images, captions, time))` to numbers `(images * captions,)`."""

BASELINES = ("others", "greedy")


class SelfCriticalModel(ReplicatedTraining, keras.Model):
    """A captioner in training for a reward that has no gradient, such as CIDEr-D.

    S. Rennie et al., "Self-critical sequence training for image captioning", 2017 (arXiv:1612.00563). For each image
    captions c_1 ... c_n are drawn from the model, and the loss of the image is

        1/n * sum over i of (r(c_i) - b_i) * -log p(c_i)

    whose expected gradient is that of minus the expected reward (REINFORCE, equation 7). The baseline b_i is the mean
    reward of the image's other samples (R. Luo, "A better variant of self-critical sequence training", 2020,
    arXiv:2003.09971, equation 2), or, as in the first paper, the reward of the greedy caption.

    One step of `fit` encodes the images once, draws the captions with the weights as they are at that moment, asks for
    the rewards, and goes through the captions again as in teacher forcing, with cross-entropy weighted by r - b. So
    everything around `fit` is as in other training. Captions are drawn without dropout; p is the distribution they are
    drawn from, no unknown word, temperature included, but seen through the decoder's dropout, without which a few
    thousand pictures are soon learnt by heart.

    Args:
        captioner: what is trained; its weights are those of this model.
        reward: see `Reward`; runs on the processor, in the process of each replica.
        samples: captions drawn for each image, n; at least 2 for the baseline `others`.
        baseline: `others` or `greedy`.
        temperature: divides the logits when captions are drawn.
        crossentropy_share: share of the loss that is the mean cross-entropy of each image's human captions.

    Call: a batch's inputs, see `SelfCriticalBatches`; compile with an optimizer alone.
    """

    def __init__(
        self,
        captioner: CaptionModel,
        reward: Reward,
        *,
        samples: int = 5,
        baseline: str = "others",
        temperature: float = 1.0,
        crossentropy_share: float = 0.0,
        name: str = "self_critical_model",
    ):
        super().__init__(name=name)
        self.captioner = captioner
        self.reward = reward
        self.samples = samples
        self.baseline = baseline
        self.temperature = temperature
        self.crossentropy_share = crossentropy_share
        self.rules = caption_rules(max_length=captioner.decoding.max_length)
        self._draw = compiled_apart(self._draw_captions)
        self.chance = keras.random.SeedGenerator(0)  # DeterministicEpochs sets it anew in each epoch.
        self.reward_tracker = keras.metrics.Mean(name="reward")
        self.built = True

    def compile(self, optimizer: keras.optimizers.Optimizer, **options: Any) -> None:
        jit_compile = keras.backend.backend() == "jax"  # TensorFlow's XLA cannot call Python.
        super().compile(optimizer, jit_compile=jit_compile, **options)
        self.loss = MeanOverImages()  # Not handed to Keras, which would compare outputs with targets by itself.

    def call(self, inputs, training=False):
        image_features = self.captioner.image_features(inputs, training=training)
        token_ids = self.draw(image_features)
        rewards = self.rewards(inputs["image_numbers"], token_ids)  # (batch, samples)
        baselines = self.baselines(inputs["image_numbers"], image_features, rewards)
        outputs = {
            "rewards": rewards,
            "losses": self.policy_losses(token_ids, image_features, rewards - baselines, training=training),
        }
        if self.crossentropy_share:
            outputs["logits"] = self.captioner.decoder(inputs["token_ids"], image_features, training=training)
        return outputs

    def draw(self, image_features):
        """Sampled captions, int32 `(batch, samples, time)`; time is that of the longest, or most, on JAX."""
        return trim(self._draw(image_features))

    def _draw_captions(self, image_features):
        return sample(
            self.captioner.step,
            self.captioner.initial_state(image_features),
            self.rules,
            temperature=self.temperature,
            seed=self.chance,
            num_results=self.samples,
            halvings=2,
        ).token_ids

    def rewards(self, image_numbers, token_ids):
        """float32 `(batch, captions)`."""
        batch, captions = ops.shape(token_ids)[:2]
        rewards = call_on_host(self.reward, image_numbers, token_ids, rows=batch * captions)
        return ops.reshape(rewards, (batch, captions))

    def baselines(self, image_numbers, image_features, rewards):
        """What each sample's reward is measured against, broadcastable to `(batch, samples)`."""
        if self.baseline == "others":
            return (ops.sum(rewards, axis=1, keepdims=True) - rewards) / (self.samples - 1)
        greedy = greedy_search(self.captioner.step, self.captioner.initial_state(image_features), self.rules)
        return self.rewards(image_numbers, greedy.token_ids)

    def policy_losses(self, token_ids, image_features, advantages, training=False):
        """The loss of each image, `(batch,)`: cross-entropy of its samples, weighted by their advantages."""
        batch, samples, time = ops.shape(token_ids)
        positions = ops.broadcast_to(ops.arange(time), (batch, samples, time))
        # The last place can hold nothing but the end: it was not chosen.
        chosen = ops.logical_and(ops.not_equal(token_ids, PAD_ID), positions < self.rules.max_length - 1)
        weights = advantages[:, :, None] * ops.cast(chosen, "float32")
        places = places_of(chosen)
        token_ids_there, positions, weights = (
            ops.take(ops.reshape(values, (-1,)), places, axis=0) for values in (token_ids, positions, weights)
        )
        logits = policy_logits(
            self.captioner.decoder(shift(token_ids), image_features, places=places, training=training),
            self.rules,
            positions=positions,
            temperature=self.temperature,
        )
        surprise = ops.sparse_categorical_crossentropy(token_ids_there, logits, from_logits=True)
        return ops.segment_sum(weights * surprise, places // (samples * time), num_segments=batch) / self.samples

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        losses = y_pred["losses"]
        if self.crossentropy_share:
            human = crossentropies(y, y_pred["logits"])
            losses = (1 - self.crossentropy_share) * losses + self.crossentropy_share * human
        return self.loss(losses, losses, sample_weight)

    def compute_metrics(self, x, y, y_pred, sample_weight=None):
        self.reward_tracker.update_state(ops.mean(y_pred["rewards"], axis=1), sample_weight)
        return super().compute_metrics(x, y, y_pred, sample_weight)


class MeanOverImages(keras.losses.Loss):
    """Mean of losses by image, `(batch,)`, over the images whose weight is not 0."""

    def __init__(self, name: str = "mean_over_images"):
        super().__init__(name=name, reduction="mean_with_sample_weight")

    def call(self, targets, losses):
        return losses


def crossentropies(targets, logits):
    """Mean cross-entropy of the words of each image's captions, `(batch,)`; targets `(batch, captions, time)`."""
    words = ops.cast(ops.not_equal(targets, PAD_ID), "float32")
    surprise = ops.sparse_categorical_crossentropy(targets, ops.cast(logits, "float32"), from_logits=True)
    return ops.sum(words * surprise, axis=(1, 2)) / ops.maximum(ops.sum(words, axis=(1, 2)), 1)


def shift(token_ids):
    """What the decoder has read when it chooses `token_ids`: the start token, and all but the last."""
    return ops.concatenate([ops.full_like(token_ids[:, :, :1], START_ID), token_ids[:, :, :-1]], axis=2)


def trim(token_ids):
    """Captions `(batch, captions, time)` without the places that none uses; JAX's shapes cannot follow values."""
    if keras.backend.backend() == "jax":
        return token_ids
    used = ops.any(ops.not_equal(token_ids, PAD_ID), axis=(0, 1))  # (time,)
    return token_ids[:, :, : ops.sum(ops.cast(used, "int32"))]


def places_of(chosen):
    """Where a bool tensor is true, int32 `(places,)` among all its elements; on JAX all places."""
    if keras.backend.backend() == "jax":
        return ops.arange(chosen.size, dtype="int32")
    return ops.cast(ops.nonzero(ops.reshape(chosen, (-1,)))[0], "int32")
