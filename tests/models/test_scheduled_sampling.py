import numpy as np
import pytest
from keras import ops

from captioner.models.scheduled_sampling import ScheduledSampling

TRUE = np.array([[[1, 4, 5, 6, 0], [1, 7, 0, 0, 0]]], np.int32)


def certain(token_ids):
    """Logits that leave no doubt about the next tokens."""
    return np.eye(10, dtype=np.float32)[token_ids] * 1e4


def test_words_become_those_predicted_before_them():
    predicted = certain([[[8, 9, 8, 2, 5], [9, 2, 4, 4, 4]]])
    assert ops.convert_to_numpy(ScheduledSampling(1.0)(TRUE, predicted)).tolist() == [
        [[1, 8, 9, 8, 0], [1, 9, 0, 0, 0]]
    ]


def test_a_predicted_end_does_not_cut_a_caption():
    predicted = certain([[[2, 9, 0, 2, 2], [1, 2, 2, 2, 2]]])
    assert ops.convert_to_numpy(ScheduledSampling(1.0)(TRUE, predicted)).tolist() == [
        [[1, 4, 9, 6, 0], [1, 7, 0, 0, 0]]
    ]


def test_the_share_is_kept():
    true, predicted = np.full((50, 4, 11), 5, np.int32), certain(np.full((50, 4, 11), 8))
    replaced = ops.convert_to_numpy(ScheduledSampling(0.25)(true, predicted)) == 8
    assert not replaced[..., 0].any()
    assert replaced[..., 1:].mean() == pytest.approx(0.25, abs=0.04)
