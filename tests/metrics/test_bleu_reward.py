import numpy as np
import pytest

from captioner.metrics.bleu import Bleu
from captioner.metrics.bleu_reward import BleuReward
from captioner.metrics.cider_reward import CiderReward
from captioner.metrics.reference_index import ReferenceIndex

REFERENCES = [
    [["a", "dog", "runs", "on", "the", "lawn"], ["a", "brown", "dog"]],
    [["a", "cat", "sleeps"], ["the", "cat", "sleeps", "on", "a", "mat"], ["a", "cat"]],
]
IMAGES = [1, 0, 1, 0]
CAPTIONS = [["the", "cat", "sleeps", "on", "it"], ["a", "dog", "runs", "on", "sand"], [], ["a", "zebra"] * 3]


def test_rewards_are_bleu_4_of_single_captions():
    metric = Bleu()
    expected = metric.per_image(metric.statistics([REFERENCES[image] for image in IMAGES], CAPTIONS))[:, 3]
    rewards = BleuReward(REFERENCES)(IMAGES, CAPTIONS)
    np.testing.assert_allclose(rewards, expected, rtol=1e-12)
    assert rewards[0] > 0.5 > 1e-9 > rewards[3]


def test_two_rewards_can_share_references_and_a_batch():
    index = ReferenceIndex(REFERENCES)
    matched = index.match(IMAGES, CAPTIONS)
    for kind in (BleuReward, CiderReward):
        assert kind(index).of(matched) == pytest.approx(kind(REFERENCES)(IMAGES, CAPTIONS), rel=1e-12)
