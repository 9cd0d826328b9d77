import math

import numpy as np
from keras import ops

from captioner.training.loss import CaptionCrossentropy

TARGETS = np.array([[[2, 1, 0]]])
WEIGHTS = np.array([[[1.0, 1.0, 0.0]]], np.float32)
LOGITS = np.array([[[[0.0, 1.0, 2.0], [1.0, 0.0, -1.0], [5.0, 5.0, 9.0]]]], np.float32)


def log_softmax(logits):
    return logits - np.log(np.exp(logits).sum(-1, keepdims=True))


def test_it_is_the_mean_over_words_not_over_places():
    log_probs = log_softmax(LOGITS[0, 0])
    expected = -(log_probs[0, 2] + log_probs[1, 1]) / 2
    assert math.isclose(float(CaptionCrossentropy()(TARGETS, LOGITS, WEIGHTS)), expected, rel_tol=1e-6)


def test_label_smoothing_mixes_in_the_mean_over_all_words():
    log_probs = log_softmax(LOGITS[0, 0])[:2]
    hard, spread = -(log_probs[0, 2] + log_probs[1, 1]) / 2, -log_probs.mean()
    loss = float(CaptionCrossentropy(0.2)(TARGETS, LOGITS, WEIGHTS))
    assert math.isclose(loss, 0.8 * hard + 0.2 * spread, rel_tol=1e-6)


def test_padding_changes_nothing():
    changed = LOGITS.copy()
    changed[0, 0, 2] = [90, -3, 7]
    loss = CaptionCrossentropy(0.1)
    assert float(loss(TARGETS, changed, WEIGHTS)) == float(loss(TARGETS, LOGITS, WEIGHTS))


def test_equal_logits_lose_the_logarithm_of_the_vocabulary():
    loss = CaptionCrossentropy(0.3)(TARGETS, ops.zeros((1, 1, 3, 3)), WEIGHTS)
    assert math.isclose(float(loss), math.log(3), rel_tol=1e-6)
