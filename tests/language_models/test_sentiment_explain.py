import numpy as np
import pytest

from language_models.sentiment_explain import Explanation, colour, coloured, explain, page, plain
from language_models.sentiment_vocabulary import Vocabulary

EXPLANATION = Explanation("yes", 0.9, ["a", "<b>"], [0.4, 0.9], [-0.1, 0.5])


class CountingModel:
    """Believes "yes" with probability 1 - 1 / (1 + number of words `good`)."""

    vocabulary = Vocabulary.build(["good film"])
    classes = ("no", "yes")

    def shorten(self, token_ids):
        return token_ids[-3:]

    def probabilities(self, sequences):
        good = self.vocabulary.ids(["good"])[0]
        no = np.array([1 / (1 + np.sum(sequence == good)) for sequence in sequences])
        return np.stack([no, 1 - no], axis=1)


def test_each_beginning_is_classified():
    explanation = explain(CountingModel(), "Good film, good good")
    assert explanation.label == "yes"
    assert explanation.words == [",", "good", "good"]
    assert explanation.path == pytest.approx([0, 1 / 2, 2 / 3])
    assert explanation.changes == pytest.approx([-1 / 2, 1 / 2, 1 / 6])


def test_plain_words_have_percentage_points():
    assert plain(EXPLANATION) == "a(-10) <b>(+50)"


def test_rises_are_green_and_falls_red():
    assert colour(0) == (255, 255, 255)
    assert colour(0.3) == colour(0.9) == (100, 255, 100)
    assert colour(-0.3) == (255, 100, 100)
    assert "\x1b[48;2;100;255;100m\x1b[38;2;0;0;0m<b>\x1b[0m" in coloured(EXPLANATION)


def test_the_page_is_escaped_and_complete():
    text = page([EXPLANATION])
    assert text.startswith("<!DOCTYPE html>")
    assert '<b>yes 0.900</b> <span style="background: rgb(255, 203, 203)" title="0.400 (-0.100)">a</span>' in text
    assert "&lt;b&gt;" in text
