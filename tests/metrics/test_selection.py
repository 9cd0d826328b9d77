import pytest

from captioner.errors import MetricError
from captioner.metrics import meteor
from captioner.metrics.scorer import score_captions
from captioner.metrics.selection import require_metrics, score_available

REFERENCES = {7: ["a dog runs"], 3: ["two cats"]}
CANDIDATES = {3: ["two cats"], 7: ["the dog runs"]}
COUNTS = " ".join(map(str, [2, 2, 0, 0, 1, 1, 0, 0, *[0] * 12, 1, 1, 1]))
ANSWER = f"sys.stdin.read(); print('{COUNTS}\\n{COUNTS}')"


def test_all_that_is_there_is_computed_and_the_rest_is_explained(fake_tools):
    fake_tools(None)
    scores, missing = score_available(REFERENCES, CANDIDATES)
    assert scores.corpus == score_captions(REFERENCES, CANDIDATES).corpus
    assert list(missing) == ["METEOR", "SPICE"]
    assert "not installed" in missing["METEOR"]


def test_external_scores_stand_in_the_order_of_the_table(fake_tools):
    fake_tools(ANSWER, meteor.JAR)
    scores, missing = score_available(REFERENCES, CANDIDATES, ["rouge_l", "meteor", "bleu"])
    assert list(scores.corpus) == ["Bleu_1", "Bleu_2", "Bleu_3", "Bleu_4", "METEOR", "ROUGE_L"]
    assert scores.per_image["METEOR"].shape == (2,)
    assert scores.intervals()["METEOR"] == pytest.approx((scores.corpus["METEOR"],) * 2)
    assert missing == {}


def test_a_program_that_fails_does_not_take_the_other_scores_with_it(fake_tools):
    fake_tools("sys.exit('out of memory')", meteor.JAR)
    scores, missing = score_available(REFERENCES, CANDIDATES)
    assert "METEOR" not in scores.corpus
    assert missing["METEOR"] == "meteor-1.5.jar ended with exit status 1: out of memory"


def test_what_is_asked_for_by_name_has_to_be_there(fake_tools):
    fake_tools("sys.exit('out of memory')", meteor.JAR)
    with pytest.raises(MetricError, match=r"METEOR cannot be computed: .*out of memory\.$"):
        score_available(REFERENCES, CANDIDATES, ["bleu", "meteor"])
    with pytest.raises(MetricError, match="SPICE cannot be computed: it needs"):
        require_metrics(["bleu", "spice"])
    require_metrics(["bleu", "meteor"])
    require_metrics(None)


def test_captions_that_do_not_belong_together_are_no_matter_of_metrics(fake_tools):
    fake_tools(None)
    with pytest.raises(MetricError, match="Image 3 has reference captions but no generated one"):
        score_available(REFERENCES, {7: ["a dog"]})
