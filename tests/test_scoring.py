import pytest

from captioner.comparison import comparison_sentences
from captioner.metrics.significance import Difference
from captioner.scoring import Evaluation


def test_the_table_has_a_line_a_score_and_percent():
    table = Evaluation({"Bleu_1": 0.6312, "Bleu_4": 0.2}, {"images": 3}).table().splitlines()
    assert table == ["Bleu_1   63.12", "Bleu_4   20.00", "", "images  3"]


def test_the_table_has_intervals_and_what_is_missing():
    evaluation = Evaluation({"CIDEr": 1.2}, {}, {"CIDEr": (1.1, 1.25)}, {"SPICE": "it needs Java"})
    assert evaluation.table().splitlines()[:2] == [
        "CIDEr  120.00  (110.00 to 125.00)",
        "SPICE  not computed: it needs Java",
    ]
    assert evaluation.notes() == ["SPICE is not computed: it needs Java."]


@pytest.mark.parametrize(
    ("difference", "sentence"),
    [
        (
            Difference(0.02, (0.01, 0.03), 0.004),
            "A is better than B on CIDEr, p = 0.004: by 2.00 (95 % interval 1.00 to",
        ),
        (
            Difference(-0.02, (-0.03, -0.01), 0.004),
            "B is better than A on CIDEr, p = 0.004: by 2.00 (95 % interval 1.00",
        ),
        (Difference(0.0, (0.0, 0.0), 1.0), "A is not better than B on CIDEr by more than chance, p = 1.000"),
    ],
)
def test_a_comparison_is_a_sentence(difference, sentence):
    (line,) = comparison_sentences({"CIDEr": difference}, "A", "B")
    assert line.startswith(sentence)
