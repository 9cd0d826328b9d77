import gzip

import pytest

from groundwork.errors import DataError
from groundwork.text_files import read_text


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
