"""Text to token ids and back, and the file that keeps the words."""

import pytest

from captioner.data.vocabulary import (
    END_ID,
    PAD_ID,
    SPECIAL_TOKENS,
    START_ID,
    UNKNOWN_ID,
    Vocabulary,
    split_words,
)
from captioner.errors import VocabularyError

CAPTIONS = ["A dog runs.", "a dog sleeps", "the dog"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("A man's T-shirt, (red) .", ["a", "man's", "t-shirt", "red"]),
        ("A man’s hat", ["a", "man's", "hat"]),
        ("3 dogs_cats", ["3", "dogs", "cats"]),
        ("'quoted' -- and-", ["quoted", "and"]),
        ("e\u0301clair", ["éclair"]),
        ("Größe", ["größe"]),
        (" .,! ", []),
    ],
)
def test_words_of_a_caption(text, words):
    assert split_words(text) == words


def test_words_are_ordered_by_frequency_then_alphabet():
    vocabulary = Vocabulary.build(CAPTIONS)
    assert vocabulary.words == (*SPECIAL_TOKENS, "dog", "a", "runs", "sleeps", "the")


def test_rare_words_are_left_out():
    assert Vocabulary.build(CAPTIONS, min_count=2).words == (*SPECIAL_TOKENS, "dog", "a")


def test_the_size_is_bounded_with_the_special_tokens_counted():
    assert Vocabulary.build(CAPTIONS, max_size=5).words == (*SPECIAL_TOKENS, "dog")


def test_a_size_without_room_for_the_special_tokens_is_refused():
    with pytest.raises(VocabularyError, match="`max_size` must be at least 4, received 3"):
        Vocabulary.build(CAPTIONS, max_size=3)


def test_special_tokens_have_their_ids():
    vocabulary = Vocabulary(SPECIAL_TOKENS)
    assert [vocabulary.words[i] for i in (PAD_ID, START_ID, END_ID, UNKNOWN_ID)] == list(SPECIAL_TOKENS)
    assert len(vocabulary) == 4


def test_encode_marks_unknown_words():
    vocabulary = Vocabulary.build(["a dog"])
    assert vocabulary.encode("A purple dog!") == [4, UNKNOWN_ID, 5]


def test_text_cannot_name_a_special_token():
    assert Vocabulary.build(["a dog"]).encode("<end> a") == [UNKNOWN_ID, 4]


def test_decode_ends_at_the_end_token_and_skips_padding():
    vocabulary = Vocabulary.build(["a dog"])
    assert vocabulary.decode([START_ID, 4, PAD_ID, 5, END_ID, 4]) == "a dog"


@pytest.mark.parametrize("token_id", [6, -1])
def test_decode_refuses_an_id_outside(token_id):
    with pytest.raises(VocabularyError, match="outside the vocabulary of 6 words"):
        Vocabulary.build(["a dog"]).decode([token_id])


def test_a_saved_vocabulary_is_loaded_unchanged(tmp_path):
    vocabulary = Vocabulary.build([*CAPTIONS, "ein Hündchen"])
    vocabulary.save(tmp_path / "vocabulary.txt")
    assert Vocabulary.load(tmp_path / "vocabulary.txt").words == vocabulary.words


def test_windows_line_ends_are_read(tmp_path):
    path = tmp_path / "vocabulary.txt"
    path.write_bytes("\r\n".join([*SPECIAL_TOKENS, "dog"]).encode())
    assert "dog" in Vocabulary.load(path)


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"dog\ncat\n", r"vocabulary\.txt: A vocabulary begins with <pad> <start> <end> <unk>.* begins with dog cat"),
        (b"", "begins with nothing"),
        (b"<pad>\n<start>\n<end>\n<unk>\ndog\ndog\n", "repeated word: 'dog'"),
        (b"<pad>\n<start>\n<end>\n<unk>\n\ndog\n", "repeated word: ''"),
        (b"<pad>\n<start>\n<end>\n<unk>\na dog\n", "repeated word: 'a dog'"),
        (b"<pad>\n\xff\xfe", "is not UTF-8 text"),
    ],
)
def test_a_malformed_file_is_one_sentence_with_its_name(tmp_path, content, complaint):
    path = tmp_path / "vocabulary.txt"
    path.write_bytes(content)
    with pytest.raises(VocabularyError, match=complaint):
        Vocabulary.load(path)


def test_a_missing_file_is_one_sentence(tmp_path):
    with pytest.raises(VocabularyError, match=r"cannot be read: No such file or directory\.$"):
        Vocabulary.load(tmp_path / "vocabulary.txt")
