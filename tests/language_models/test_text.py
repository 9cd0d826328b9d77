import pytest

from groundwork.errors import ConfigError
from language_models.text import SPLITS, split_text


@pytest.mark.parametrize("shares", SPLITS)
@pytest.mark.parametrize("length", [10, 37, 1115394])
def test_parts_make_up_the_text(shares, length):
    text = "x" * (length - 1) + "y"
    parts = split_text(text, shares)
    assert "".join(parts) == text
    assert len(parts.train) == length * int(shares.split("/")[0]) // 100


def test_a_split_in_two_has_no_test_part():
    assert split_text("abcdefghij", "90/10") == ("abcdefghi", "j", "")
    assert split_text("abcdefghij", "80/10/10") == ("abcdefgh", "i", "j")


@pytest.mark.parametrize("shares", ["90", "90/20", "100/0", "a/b", "50/20/20/10", ""])
def test_shares_that_are_none_are_refused(shares):
    with pytest.raises(ConfigError, match="`split` must be percentages that add up to 100"):
        split_text("abc", shares)
