import pytest

from captioner.errors import MetricError
from captioner.metrics.scorer import score
from captioner.metrics.tokenizer import tokenize

REFERENCES = {1: ["A dog runs.", "The dog is running !"], 2: ["Two cats, asleep"]}


def test_names_are_those_of_coco_caption():
    scores = score(REFERENCES, {1: ["a dog runs"], 2: ["two cats asleep"]})
    assert list(scores)[:4] == ["Bleu_1", "Bleu_2", "Bleu_3", "Bleu_4"]
    assert scores["Bleu_3"] == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("A man's T-shirt, (red) .", ["a", "man's", "t-shirt", "red"]),
        ("It’s 3.5 m long...", ["it's", "3.5", "m", "long"]),
        ("Émile & Zoë -- run", ["émile", "zoë", "run"]),
        (" ...!? ", []),
    ],
)
def test_words_are_lower_case_and_without_punctuation(text, words):
    assert tokenize(text) == words


@pytest.mark.parametrize(
    ("references", "candidates", "message"),
    [
        ({}, {}, "nothing to score"),
        ({1: ["a"]}, {}, "Image 1 has reference captions but no generated one"),
        ({1: ["a"]}, {1: ["a"], 7: ["b"]}, "Image 7 has a generated caption but no reference"),
        ({1: []}, {1: ["a"]}, "Image 1 has an empty list"),
        ({1: ["a"]}, {1: ["a", "b"]}, "one generated caption, received 2"),
    ],
)
def test_what_does_not_fit_together_is_one_sentence(references, candidates, message):
    with pytest.raises(MetricError, match=message):
        score(references, candidates)
