import numpy as np
import pytest

from groundwork.errors import BundleError
from language_models.sentiment_vocabulary import PADDING, UNKNOWN, Vocabulary, read_vocabulary, words_of


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("I didn't like it.", "i did n't like it ."),
        ("i did n't like it .", "i did n't like it ."),
        ("Can't, it's!", "ca n't , it 's !"),
        ("-LRB- sci-fi -rrb- ``art''", '( sci - fi ) " art "'),
        ("Bad.<br /><br />Really…", "bad . really …"),
        ("Béart’s “film” -- wow...", 'béart \'s " film " -- wow ...'),
        (" \t\n", ""),
    ],
)
def test_words_of_plain_and_tokenised_text_are_the_same(text, words):
    assert words_of(text) == words.split()


def test_frequent_words_come_first_behind_padding_and_unknown():
    vocabulary = Vocabulary.build(["b a", "b c b a"])
    assert vocabulary.tokens == (PADDING, UNKNOWN, "b", "a", "c")
    np.testing.assert_array_equal(vocabulary.encode("a zebra B"), [3, 1, 2])


def test_rare_words_can_be_left_out():
    assert Vocabulary.build(["b a", "b c b a"], min_count=2).tokens[2:] == ("b", "a")
    assert Vocabulary.build(["b a", "b c b a"], size=1).tokens[2:] == ("b",)


def test_words_of_another_vocabulary_are_added_behind():
    both = Vocabulary.build(["b a"]).extended(Vocabulary.build(["c b"]))
    assert both.tokens == (PADDING, UNKNOWN, "a", "b", "c")


def test_characters_can_be_tokens():
    vocabulary = Vocabulary.build(["진짜 최고"], unit="character")
    assert set(vocabulary.tokens[2:]) == set("진짜최고")
    assert vocabulary.tokenize("a B") == ["a", "b"]


def test_what_is_written_is_read():
    vocabulary = Vocabulary.build(['b a . " \u2028 x'])
    assert read_vocabulary(vocabulary.to_text(), unit="word", source="x").tokens == vocabulary.tokens


@pytest.mark.parametrize("text", ["", "a\nb\n", f"{PADDING}\n{UNKNOWN}\na\na\n", f"{PADDING}\n{UNKNOWN}\n\n"])
def test_other_files_are_refused(text):
    with pytest.raises(BundleError, match=r"^x\.txt is not a vocabulary"):
        read_vocabulary(text, unit="word", source="x.txt")
