import math
from collections import Counter

import numpy as np
import pytest

from captioner.metrics.cider import Cider, CiderD
from captioner.metrics.document_frequencies import DocumentFrequencies

REFERENCES = [
    [["a", "dog", "runs", "on", "the", "lawn"], ["a", "brown", "dog"]],
    [["a", "cat", "sleeps"], ["the", "cat", "sleeps", "on", "a", "mat"]],
    [["two", "boats", "on", "a", "lake"]],
]
CANDIDATES = [["a", "dog", "on", "the", "lawn"], ["a", "cat", "a", "cat", "sleeps"], ["a", "lake", "with", "boats"]]


def grams(words, order):
    return Counter(tuple(words[place : place + order]) for place in range(len(words) - order + 1))


def equation_4(references, candidate, corpus, order):
    """The paper's equation for one image, one n-gram after the other."""

    def weight(gram):
        frequency = sum(any(gram in grams(text, order) for text in texts) for texts in corpus)
        return math.log(len(corpus) / max(1, frequency))

    def vector(words):
        return {gram: count * weight(gram) for gram, count in grams(words, order).items()}

    def norm(vector):
        return math.sqrt(sum(value**2 for value in vector.values()))

    total, ours = 0.0, vector(candidate)
    for text in references:
        theirs = vector(text)
        product = sum(min(ours[gram], theirs[gram]) * theirs[gram] for gram in ours.keys() & theirs.keys())
        if product:
            penalty = math.exp(-((len(candidate) - len(text)) ** 2) / (2 * 6**2))
            total += penalty * product / (norm(ours) * norm(theirs))
    return 10 * total / len(references)


def by_hand(corpus=REFERENCES):
    pairs = list(zip(REFERENCES, CANDIDATES, strict=True))
    return [np.mean([equation_4(*pair, corpus, order) for order in (1, 2, 3, 4)]) for pair in pairs]


@pytest.mark.parametrize("metric", [Cider(), CiderD()])
def test_scores_are_those_of_the_equation(metric):
    assert metric.statistics(REFERENCES, CANDIDATES)[:, 0] == pytest.approx(by_hand(), rel=1e-12)


def test_saved_document_frequencies_replace_those_of_the_references():
    corpus = [*REFERENCES, [["a", "dog", "on", "a", "boat"]], [["nobody", "is", "here"]]]
    metric = CiderD(DocumentFrequencies.from_references(corpus))
    assert metric.statistics(REFERENCES, CANDIDATES)[:, 0] == pytest.approx(by_hand(corpus), rel=1e-12)


def test_a_caption_equal_to_its_only_reference_scores_ten():
    references = [[["two", "boats", "on", "lakes"]], [["a", "cat", "sleeps", "here"]]]
    assert Cider().statistics(references, [references[0][0], ["no"]])[:, 0] == pytest.approx([10.0, 0.0])


def test_repetition_is_clipped():
    references = [[["a", "dog", "b", "c"]], [["e"]]]
    once, often = (
        Cider().statistics(references, [["dog", *rest], []])[0, 0] for rest in (["x", "y", "z"], ["dog"] * 3)
    )
    assert once > 0
    assert often == pytest.approx(once * 2 / 4)  # the norm grows from 2 to 4, the product does not


def test_words_that_all_images_have_weigh_nothing():
    assert Cider().statistics([[["a", "dog"]], [["a", "cat"]]], [["a"], ["a"]]).tolist() == [[0.0], [0.0]]


def test_one_image_alone_has_no_rare_words():
    assert Cider().statistics(REFERENCES[:1], CANDIDATES[:1]).tolist() == [[0.0]]


def test_captions_without_words_score_zero():
    assert Cider().statistics([[["a"]], [[]]], [[], ["b"]]).tolist() == [[0.0], [0.0]]
    assert Cider().statistics([[[]]], [[]]).tolist() == [[0.0]]


def test_a_token_with_a_space_inside_counts_as_its_words():
    apart = Cider().statistics([[["2", "1/2", "dogs"]], [["a"]]], [["2", "1/2"], []])
    inside = Cider().statistics([[["2\u00a01/2", "dogs"]], [["a"]]], [["2\u00a01/2"], []])
    assert inside.tolist() == apart.tolist()


def test_a_corpus_scores_as_the_mean_of_its_images():
    assert Cider().corpus(np.array([[1.0], [2.0]])) == pytest.approx([1.5])
    assert CiderD().corpus(np.array([[1.0], [2.0]]), np.array([0.0, 2.0])) == pytest.approx([2.0])
