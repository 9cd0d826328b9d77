import gzip

import pytest

from groundwork.errors import ConfigError, DataError
from language_models.text import SPLITS, read_text, split_text


def test_all_line_ends_become_line_feeds(tmp_path):
    (tmp_path / "mixed.txt").write_bytes(b"one\r\ntwo\rthree\nfour")
    assert read_text(tmp_path / "mixed.txt") == "one\ntwo\nthree\nfour"


def test_a_byte_order_mark_is_dropped(tmp_path):
    (tmp_path / "marked.txt").write_bytes("안녕".encode("utf-8-sig"))
    assert read_text(tmp_path / "marked.txt") == "안녕"


def test_a_gzipped_text_is_read_alike(tmp_path):
    (tmp_path / "text.gz").write_bytes(gzip.compress("안녕\r\n".encode()))
    assert read_text(tmp_path / "text.gz") == "안녕\n"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is empty"),
        (b"a\0b", "is a binary file, not a text: it holds NUL bytes"),
        (gzip.compress(b"abc" * 99, mtime=0)[:-9], "is a damaged gzip file"),
        (b"abc\xff", "is not a UTF-8 text: byte 3 does not belong there"),
    ],
)
def test_what_is_no_text_is_refused(tmp_path, content, sentence):
    (tmp_path / "odd.txt").write_bytes(content)
    with pytest.raises(DataError, match=sentence):
        read_text(tmp_path / "odd.txt")


@pytest.mark.parametrize("name", ["missing.txt", "."])
def test_what_cannot_be_read_is_named(tmp_path, name):
    with pytest.raises(DataError, match="cannot be read"):
        read_text(tmp_path / name)


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
