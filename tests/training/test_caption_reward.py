import numpy as np
import pytest

from captioner.data.vocabulary import END, END_ID, PAD_ID, SPECIAL_TOKENS, Vocabulary
from captioner.metrics.bleu import Bleu
from captioner.metrics.cider import CiderD
from captioner.metrics.document_frequencies import DocumentFrequencies
from captioner.training.caption_reward import CaptionReward

CAPTIONS = [
    ["A dog runs on a beach.", "The big dog runs."],
    ["A man's hat", "a hat on a table"],
    ["Two boats!", "Boats on the sea"],
]
WORDS = "a dog runs on beach the big man's hat table two boats sea"
VOCABULARY = Vocabulary([*SPECIAL_TOKENS, *WORDS.split()])


def padded(*texts, length=8):
    """Token ids of finished captions of one image, `(1, captions, length)`."""
    rows = [[*VOCABULARY.encode(text), END_ID] for text in texts]
    return np.array([[row + [PAD_ID] * (length - len(row)) for row in rows]], np.int32)


def plain_cider_d(image, words):
    """CIDEr-D as papers print it, to which the end is no word."""
    words_of = [[caption.lower().strip(".!").split() for caption in captions] for captions in CAPTIONS]
    return CiderD(DocumentFrequencies.from_references(words_of)).statistics([words_of[image]], [words])[0, 0]


@pytest.mark.parametrize(
    ("image", "finished", "stopped"),
    [
        (0, "the big dog runs", "the big dog runs on a"),
        (1, "man's hat", "man's hat on a"),
        (2, "two boats", "two boats on the"),
    ],
)
def test_captions_that_stop_in_the_middle_gain_by_plain_cider_but_lose_here(image, finished, stopped):
    assert plain_cider_d(image, stopped.split()) > plain_cider_d(image, finished.split())
    rewards = CaptionReward(CAPTIONS, VOCABULARY)(np.array([image]), padded(finished, stopped))
    assert rewards[0] > rewards[1]


def test_the_reward_is_cider_d_with_the_end_as_a_word():
    references = [
        [["a", "dog", "runs", "on", "a", "beach", END], ["the", "big", "dog", "runs", END]],
        [["a", "man", "'s", "hat", END], ["a", "hat", "on", "a", "table", END]],
        [["two", "boats", END], ["boats", "on", "the", "sea", END]],
    ]
    candidates = [["a", "man", "'s", "hat", "on", "a", "beach", END], ["two", "boats", END]]
    expected = CiderD(DocumentFrequencies.from_references(references)).statistics(references[1:], candidates)[:, 0]
    reward = CaptionReward(CAPTIONS, VOCABULARY)
    token_ids = np.concatenate([padded("a man's hat on a beach"), padded("two boats")])
    assert reward(np.array([1, 2]), token_ids) == pytest.approx(expected)


def test_bleu_is_added_with_its_weight():
    token_ids = padded("the big dog runs", "a dog runs on the beach")
    references = [["a", "dog", "runs", "on", "a", "beach", END], ["the", "big", "dog", "runs", END]]
    candidates = [["the", "big", "dog", "runs", END], ["a", "dog", "runs", "on", "the", "beach", END]]
    bleu = Bleu().per_image(Bleu().statistics([references] * 2, candidates))[:, 3]
    cider, mixed = (
        CaptionReward(CAPTIONS, VOCABULARY, cider_weight=0.5, bleu_weight=weight)(np.array([0]), token_ids)
        for weight in (0.0, 3.0)
    )
    assert mixed - cider == pytest.approx(3 * bleu)
    assert bleu[0] == pytest.approx(1)


def test_rewards_of_several_images_stand_image_by_image():
    reward = CaptionReward(CAPTIONS, VOCABULARY)
    both = reward(np.array([2, 0]), np.concatenate([padded("two boats", "a dog"), padded("two boats", "a dog")]))
    alone = [reward(np.array([image]), padded("two boats", "a dog")) for image in (2, 0)]
    np.testing.assert_allclose(both, np.concatenate(alone))
    assert both[0] > both[1]
    assert both[2] < both[3]
