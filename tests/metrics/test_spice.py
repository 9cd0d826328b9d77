"""SPICE with its Java program replaced by a few lines; the program itself needs models that no package carries."""

import json

import numpy as np
import pytest

from captioner.errors import MetricError
from captioner.metrics.spice import JAR, MODELS, Spice, java_version, scores_of

REFERENCES = [[["a", "dog"], ["one", "dog"]], [["two", "cats"]]]
CANDIDATES = [["a", "dog"], []]

VERSION = "if '-version' in sys.argv: sys.exit(print('openjdk version \"11.0.2\" 2019-01-15', file=sys.stderr))\n"
# Scores a caption by its number of words, rows in reverse order; words of references are not looked at.
PROGRAM = VERSION + (
    "import json; rows = json.load(open(sys.argv[5]))\n"
    "scores = [{'image_id': r['image_id'], 'scores': {'All': {'f': len(r['test'].split()) / 4}}} for r in rows]\n"
    "json.dump(scores[::-1], open(sys.argv[sys.argv.index('-out') + 1], 'w'))"
)


def row(image_id, score):
    return {"image_id": image_id, "scores": {"All": {"f": score}}}


def test_each_image_gets_its_score_and_the_corpus_their_mean(fake_tools):
    fake_tools(PROGRAM, JAR, *MODELS)
    spice = Spice()
    statistics = spice.statistics(REFERENCES, CANDIDATES)
    assert spice.per_image(statistics).tolist() == [[0.5], [0.0]]
    assert spice.corpus(statistics).tolist() == [0.25]
    assert spice.corpus(statistics, np.array([[3.0, 1.0]])).tolist() == [[0.375]]


def test_what_is_missing_is_named(fake_tools):
    fake_tools(None)
    assert "pycocoevalcap, which is not installed" in Spice().unavailable()
    fake_tools(None, JAR)
    assert "needs Java" in Spice().unavailable()
    fake_tools(VERSION, JAR)
    assert "models of Stanford CoreNLP 3.6.0" in Spice().unavailable()
    with pytest.raises(MetricError, match="SPICE cannot be computed: it needs the models"):
        Spice().statistics(REFERENCES, CANDIDATES)


@pytest.mark.parametrize(("version", "fits"), [("1.8.0_402", True), ("14.0.1", True), ("17.0.15", False), ("?", False)])
def test_java_must_still_have_its_javascript_engine(fake_tools, version, fits):
    fake_tools(VERSION.replace("11.0.2", version), JAR, *MODELS)
    assert (Spice().unavailable() is None) == fits


def test_versions_of_java():
    assert java_version('java version "1.8.0_402"\n') == 8
    assert java_version('openjdk version "17.0.15" 2025-04-15') == 17
    assert java_version("Unable to locate a Java Runtime.") is None


def test_a_program_that_writes_nothing_is_one_sentence(fake_tools):
    fake_tools(VERSION, JAR, *MODELS)
    with pytest.raises(MetricError, match="ended without writing"):
        Spice().statistics(REFERENCES, CANDIDATES)


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        ("", "did not answer with one score"),
        (json.dumps([row(0, 0.5)]), "did not answer with one score"),
        (json.dumps([row(0, 0.5), row(1, None)]), "did not answer with one score"),
        (json.dumps([row(0, 0.5), row(1, float("nan"))]), "a score that is not a number"),
    ],
)
def test_an_incomplete_answer_is_refused(answer, sentence):
    with pytest.raises(MetricError, match=sentence):
        scores_of(answer, images=2)
