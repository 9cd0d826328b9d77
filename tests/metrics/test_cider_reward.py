import numpy as np
import pytest

from captioner.errors import MetricError
from captioner.metrics.cider import CiderD
from captioner.metrics.cider_reward import CiderReward
from captioner.metrics.document_frequencies import DocumentFrequencies

REFERENCES = [
    [["a", "dog", "runs", "on", "the", "lawn"], ["a", "brown", "dog"]],
    [["a", "cat", "sleeps"], ["the", "cat", "sleeps", "on", "a", "mat"], ["a", "cat"]],
    [["two", "boats", "on", "a", "lake"]],
]
IMAGES = [2, 0, 0, 1]
CAPTIONS = [["two", "boats", "sail"], ["a", "dog", "on", "the", "lawn"], [], ["a", "zebra", "zebra", "sleeps"]]


def cider_d(frequencies):
    """The metric's own way, with the same document frequencies."""
    return CiderD(frequencies).statistics([REFERENCES[image] for image in IMAGES], CAPTIONS)[:, 0]


def test_rewards_are_cider_d():
    expected = cider_d(DocumentFrequencies.from_references(REFERENCES))
    assert CiderReward(REFERENCES)(IMAGES, CAPTIONS) == pytest.approx(expected, rel=1e-12)


def test_other_document_frequencies_can_be_given():
    frequencies = DocumentFrequencies.from_references([*REFERENCES, [["a", "zebra"]], [["dog"]]])
    reward = CiderReward(REFERENCES, document_frequencies=frequencies)
    assert reward(IMAGES, CAPTIONS) == pytest.approx(cider_d(frequencies), rel=1e-12)


def test_token_ids_are_words_too():
    numbers = {}
    ids = [[[numbers.setdefault(word, len(numbers)) for word in text] for text in texts] for texts in REFERENCES]
    captions = [[numbers.get(word, 999) for word in caption] for caption in CAPTIONS]
    assert CiderReward(ids)(IMAGES, captions).tolist() == CiderReward(REFERENCES)(IMAGES, CAPTIONS).tolist()


def test_a_caption_scores_the_same_in_every_batch():
    reward = CiderReward(REFERENCES)
    alone = [reward([image], [caption])[0] for image, caption in zip(IMAGES, CAPTIONS, strict=True)]
    assert alone == pytest.approx(reward(IMAGES, CAPTIONS), rel=1e-12)


def test_a_batch_may_be_empty():
    assert CiderReward(REFERENCES)([], []).shape == (0,)


@pytest.mark.parametrize(
    ("images", "message"), [([0], "1 images for 4 captions"), ([0, 1, 2, 3], "from 0 to 2"), ([0, -1, 0, 0], "from 0")]
)
def test_what_does_not_fit_is_one_sentence(images, message):
    with pytest.raises(MetricError, match=message):
        CiderReward(REFERENCES)(np.array(images), CAPTIONS)


def test_every_image_needs_a_reference():
    with pytest.raises(MetricError, match="place 1 has no reference"):
        CiderReward([[["a"]], []])
