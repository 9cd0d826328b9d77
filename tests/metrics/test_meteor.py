"""METEOR: the arithmetic by hand, the Java program replaced by a few lines, and (marker java) the official tool."""

import importlib.util
import os

import numpy as np
import pytest

from captioner.errors import MetricError
from captioner.metrics.java_tools import find_java
from captioner.metrics.meteor import JAR, Meteor, meteor_scores, request

PERFECT = [3, 3, 1, 1, 2, 2, 1, 1, *[0] * 12, 1, 3, 3]  # three words, one of them a function word, in one chunk
HALF = [4, 4, 0, 0, 2, 2, 0, 0, *[0] * 12, 1, 2, 2]  # two of four content words, in one chunk
NOTHING = [5, 6, 2, 2, *[0] * 19]
REFERENCES = [[["a", "dog", "runs"], ["the", "dog"]], [["two", "cats"]]]
CANDIDATES = [["a", "dog", "runs"], ["some", "cats"]]


def answering(*lines) -> str:
    """A Java that answers these counts whatever it is asked."""
    return f"sys.stdin.read(); print({chr(10).join(' '.join(map(str, line)) for line in lines)!r})"


def test_the_score_by_hand():
    assert meteor_scores(np.array(HALF, float)) == pytest.approx(0.5 * (1 - 0.6 * 0.5**0.2))
    assert meteor_scores(np.array(NOTHING, float)) == 0.0


def test_content_words_and_exact_matches_weigh_more():
    scores = []
    for field in (4, 6, 8):  # an exact content word, an exact function word, a content word's stem
        counts = np.array([6, 6, 3, 3, *[0] * 16, 1, 1, 1], float)
        counts[field : field + 2] = 1
        scores.append(meteor_scores(counts))
    exact, function_word, stem = scores
    assert exact > stem > function_word > 0


def test_a_caption_like_its_reference_is_perfect_alone_and_in_a_corpus(fake_tools):
    fake_tools(answering(PERFECT, PERFECT), JAR)
    statistics = Meteor().statistics(REFERENCES, CANDIDATES)
    assert Meteor().per_image(statistics).tolist() == [[1.0], [1.0]]
    assert Meteor().corpus(statistics).tolist() == [1.0]


def test_a_corpus_adds_counts_up_and_a_weight_repeats_an_image(fake_tools):
    fake_tools(answering(HALF, NOTHING), JAR)
    meteor = Meteor()
    statistics = meteor.statistics(REFERENCES, CANDIDATES)
    assert meteor.corpus(statistics) == pytest.approx(meteor_scores(statistics.sum(axis=0)))
    twice_the_first = np.array([[2.0, 0.0]])
    assert meteor.corpus(statistics, twice_the_first)[0] == pytest.approx(meteor.per_image(statistics)[0])


def test_the_separator_cannot_be_smuggled_in():
    assert request([["a", "|||", "dog"]], ["x|||y"]).count("|||") == 2


@pytest.mark.parametrize(
    ("program", "sentence"),
    [
        ("print('Error: no data')", "something that is not its 23 counts"),
        (answering(PERFECT), "asked about 2 images and answered 1"),
        ("sys.exit('Unable to access jarfile')", "exit status 1: Unable to access jarfile."),
        ("sys.exit(3)", "exit status 3: it does not say why."),
    ],
)
def test_a_tool_that_fails_is_one_sentence(fake_tools, program, sentence):
    fake_tools(program, JAR)
    with pytest.raises(MetricError, match=sentence):
        Meteor().statistics(REFERENCES, CANDIDATES)


def test_what_is_missing_is_named(fake_tools):
    fake_tools(None)
    assert "pycocoevalcap, which is not installed" in Meteor().unavailable()
    fake_tools(None, JAR)
    assert "needs Java, which is not installed" in Meteor().unavailable()
    fake_tools("", JAR)
    assert Meteor().unavailable() is None


def test_without_java_nothing_is_computed(fake_tools):
    fake_tools(None, JAR)
    with pytest.raises(MetricError, match="needs Java"):
        Meteor().statistics(REFERENCES, CANDIDATES)


@pytest.fixture
def official():
    if importlib.util.find_spec("pycocoevalcap") is None or find_java() is None:
        pytest.skip("needs Java and pycocoevalcap")
    from pycocoevalcap.meteor.meteor import Meteor as OfficialMeteor

    tool = OfficialMeteor()
    yield tool
    # It closes its own pipes only in part.
    tool.meteor_p.stdout.close()
    tool.meteor_p.stderr.close()


@pytest.mark.java
def test_scores_equal_those_of_the_official_tool(official):
    references = [
        [["a", "man", "rides", "a", "brown", "horse"], ["someone", "riding", "a", "pony"]],
        [["a", "dog", "runs", "on", "grass"], ["a", "brown", "dog", "running", "in", "a", "field"]],
        [["two", "kids", "play"]],
        [["a", "cat"]],
        [["the", "end", "of", "the", "street"]],
    ]
    candidates = [
        ["a", "guy", "is", "riding", "a", "horse"],
        ["a", "dog", "runs", "on", "grass"],
        ["young", "children", "are", "playing"],
        [],
        ["the"] * 60,
    ]
    joined = {index: [" ".join(text) for text in texts] for index, texts in enumerate(references)}
    corpus, per_image = official.compute_score(joined, {i: [" ".join(text)] for i, text in enumerate(candidates)})
    statistics = Meteor().statistics(references, candidates)
    assert Meteor().corpus(statistics) == pytest.approx([corpus], rel=1e-12)
    assert Meteor().per_image(statistics)[:, 0] == pytest.approx(per_image, rel=1e-12)


@pytest.mark.java
@pytest.mark.shared
def test_real_captions_score_as_with_the_official_tool(official):
    """One caption of each dev image of Flickr8k against the other four."""
    import json

    shared = os.environ.get("CAPTIONER_SHARED")
    if not shared:
        pytest.skip("CAPTIONER_SHARED is not set")
    from captioner.metrics.tokenizer import tokenize

    with open(f"{shared}/datasets/flickr8k/captions_flickr8k_dev.json", encoding="utf-8") as file:
        rows = json.load(file)["annotations"]
    captions: dict[int, list[list[str]]] = {}
    for row in rows:
        captions.setdefault(row["image_id"], []).append(tokenize(row["caption"]))
    references, candidates = [texts[1:] for texts in captions.values()], [texts[0] for texts in captions.values()]
    joined = {index: [" ".join(text) for text in texts] for index, texts in enumerate(references)}
    corpus, per_image = official.compute_score(joined, {i: [" ".join(text)] for i, text in enumerate(candidates)})
    statistics = Meteor().statistics(references, candidates)
    assert Meteor().corpus(statistics) == pytest.approx([corpus], rel=1e-12)
    assert Meteor().per_image(statistics)[:, 0] == pytest.approx(per_image, rel=1e-12)
