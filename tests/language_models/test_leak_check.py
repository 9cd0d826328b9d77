import random

import pytest

from groundwork.errors import DataError
from language_models.leak_check import check_unseen, longest_common_passage


def slow_longest_common_passage(text, other):
    passages = (other[i:j] for i in range(len(other)) for j in range(i, len(other) + 1))
    return max(len(passage) for passage in passages if passage in text)


@pytest.mark.parametrize("seed", range(20))
def test_the_longest_passage_is_that_of_an_exhaustive_search(seed):
    draw = random.Random(seed)
    text, other = ("".join(draw.choices("ab한", k=draw.randint(1, 40))) for _ in range(2))
    assert longest_common_passage(text, other) == slow_longest_common_passage(text, other)


def test_texts_without_a_common_character_share_nothing():
    assert longest_common_passage("abc", "xyz") == longest_common_passage("abc", "") == 0


def test_the_place_of_the_passage_does_not_matter():
    assert longest_common_passage("to be or not to be" + "x" * 500, "y" * 90 + "or not to") == 9


def test_a_validation_text_inside_the_training_text_is_refused():
    with pytest.raises(DataError, match="validation text of 5 characters stands in the training text"):
        check_unseen("the whole story", "whole")


def test_an_unseen_text_passes():
    assert check_unseen("the whole story", "the end") == 4
