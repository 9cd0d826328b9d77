import numpy as np
import pytest

from captioner.errors import MetricError
from captioner.metrics.bleu import Bleu
from captioner.metrics.rouge import RougeL
from captioner.metrics.scorer import METRICS, score, score_captions

REFERENCES = {1: ["A dog runs.", "The dog is running !"], "two": ["Two cats, asleep"]}
CANDIDATES = {"two": ["two cats asleep"], 1: ["a dog runs"]}
NAMES = ["Bleu_1", "Bleu_2", "Bleu_3", "Bleu_4", "ROUGE_L", "CIDEr", "CIDEr-D"]


class WordCount:
    """A metric from outside: the number of words, whatever the references are."""

    name, score_names = "words", ("Words",)

    def statistics(self, references, candidates):
        return np.array([[len(candidate)] for candidate in candidates], float)

    def corpus(self, statistics, weights=None):
        return statistics.mean(axis=0)

    def per_image(self, statistics):
        return statistics


def test_names_and_their_order_are_those_of_coco_caption():
    scores = score(REFERENCES, CANDIDATES)
    assert list(scores) == NAMES
    assert scores["Bleu_3"] == pytest.approx(1.0)
    assert scores["ROUGE_L"] == pytest.approx(1.0)


def test_metrics_are_chosen_by_name():
    assert list(score(REFERENCES, CANDIDATES, ["cider_d", "rouge_l"])) == ["CIDEr-D", "ROUGE_L"]
    assert list(METRICS) == ["bleu", "rouge_l", "cider", "cider_d"]


def test_metrics_from_outside_can_be_given():
    assert score(REFERENCES, CANDIDATES, [WordCount(), "rouge_l"])["Words"] == 3.0


def test_sharing_counts_changes_nothing():
    scores = score_captions(REFERENCES, CANDIDATES, ["bleu", "cider", "rouge_l"])
    alone = score_captions(REFERENCES, CANDIDATES, [Bleu()])
    assert scores.statistics["bleu"].tolist() == alone.statistics["bleu"].tolist()
    assert list(score_captions(REFERENCES, CANDIDATES, [RougeL()]).statistics) == ["rouge_l"]


def test_an_image_does_not_depend_on_the_order_of_images():
    scores = score_captions(REFERENCES, {1: ["a dog"], "two": ["nothing"]}, ["bleu"])
    assert scores.images == (1, "two")
    assert scores.per_image["Bleu_1"] == pytest.approx([0.6065, 0], abs=1e-4)


def test_punctuation_alone_scores_as_nothing():
    assert score(REFERENCES, {1: ["?!..."], "two": [""]})["CIDEr"] == 0.0


def test_very_long_captions_are_scored():
    scores = score(REFERENCES, {1: ["a dog runs " * 9000], "two": ["x" * 100_000]})
    assert 0 < scores["Bleu_4"] < 1e-3


@pytest.mark.parametrize(
    ("references", "candidates", "message"),
    [
        ({}, {}, "nothing to score"),
        ({1: ["a"]}, {}, "Image 1 has reference captions but no generated one"),
        ({1: ["a"]}, {1: ["a"], 7: ["b"]}, "Image 7 has a generated caption but no reference"),
        ({1: []}, {1: ["a"]}, "Image 1 has an empty list"),
        ({1: ["a"]}, {1: ["a", "b"]}, "Image 1 needs one generated caption, received 2"),
        ({1: ["a"]}, {1: []}, "Image 1 needs one generated caption, received 0"),
        ({1: ["a"]}, {1: "a"}, "Image 1 needs a list of generated captions, received 'a'"),
        ({1: "a dog"}, {1: ["a"]}, "Image 1 needs a list of reference captions, received 'a dog'"),
        ({1: ["a"]}, {1: None}, "Image 1 needs a list of generated captions, received None"),
        ({1: ["a"]}, {1: [None]}, "Image 1 has a generated caption that is not text but None"),
        ({1: ["a", 3.5]}, {1: ["a"]}, "Image 1 has a reference caption that is not text but 3.5"),
        ({1: ["a"]}, {1: [list(range(1000))]}, r"not text but \[0, 1, .*\.\.\."),
        ({float("nan"): ["a"]}, {1: ["a"]}, "An image id must be a whole number or text, received nan"),
        ({1: ["a"]}, {float("nan"): ["a"]}, "An image id must be a whole number or text, received nan"),
        ({None: ["a"]}, {None: ["a"]}, "An image id must be a whole number or text, received None"),
    ],
)
def test_what_cannot_be_scored_is_one_sentence(references, candidates, message):
    with pytest.raises(MetricError, match=message) as error:
        score(references, candidates)
    assert len(str(error.value)) < 150


def test_an_unknown_metric_is_one_sentence():
    with pytest.raises(MetricError, match="no metric 'blue'; the metrics are bleu, rouge_l"):
        score(REFERENCES, CANDIDATES, ["blue"])
