import gzip

import pytest

from groundwork.errors import DataError
from language_models.sentiment_data import class_order, lines_of, read_examples, read_texts


@pytest.fixture
def write(tmp_path):
    def save(name, content):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
        return path

    return save


def test_tsv_with_a_header(write):
    path = write("a.tsv", "text\tlabel\nit 's \"good\t1\n\nbad\t0\n")
    assert read_examples(path) == (["it 's \"good", "bad"], ["1", "0"])


def test_csv_with_quotes_and_other_names(write):
    path = write("a.csv", 'id,Sentiment,Review\r\n7,pos,"good, ""very""\nmuch"\r\n8,neg,bad\r\n')
    assert read_examples(path) == (['good, "very"\nmuch', "bad"], ["pos", "neg"])


def test_columns_can_be_named(write):
    path = write("a.csv", "words,stars\ngood,5\n")
    assert read_examples(path, text_column="words", label_column="stars") == (["good"], ["5"])


def test_numbered_columns_mean_no_header(write):
    path = write("a.tsv.gz", gzip.compress(b"neg/0_3.txt\t0\t3\tbad\npos/1_9.txt\t1\t9\tgood\n"))
    assert read_examples(path, text_column="4", label_column="2") == (["bad", "good"], ["0", "1"])


def test_folders_are_labels(write):
    folder = write("train/pos/0_9.txt", "good").parent.parent
    write("train/neg/0_2.txt", "bad")
    write("train/unsup/0_0.txt", "who knows")
    assert read_examples(folder) == (["bad", "good"], ["neg", "pos"])


def test_texts_without_labels(write):
    lines = write("a.txt", "one\n\ntwo\n")
    assert read_texts(lines) == ["one", "two"]
    assert read_texts(write("b.tsv", "1\tone\n2\ttwo\n"), text_column="2") == ["one", "two"]
    assert read_texts(write("c.csv", 'n,text\n1,"one, two"\n'), text_column="text") == ["one, two"]
    assert read_texts(write("d/e/f.txt", "three").parent.parent) == ["three"]


def test_only_line_ends_end_lines():
    assert lines_of("a\u2028b\x85\r\nc\rd\n") == ["a\u2028b\x85", "c", "d"]
    assert lines_of("") == []


def test_whole_numbers_are_ordered_by_value():
    assert class_order(["10", "9", "-1"]) == ["-1", "9", "10"]
    assert class_order(["10", "9", "x"]) == ["10", "9", "x"]


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        (
            "a.csv",
            "good film,1\nbad film,0\n",
            "has no column text or sentence or review or document in its first line",
        ),
        ("a.csv", "", "has no column .* in its first line, which has nothing"),
        ("a.csv", 'text,label\n"good,1\nbad,0\n', "line 3: the quotes are broken"),
        ("a.csv", 'text,label\n"good"x,1\n', "line 2: the quotes are broken"),
        ("a.csv", "text,label\n", "has no labelled text"),
        ("a.tsv", "text\tlabel\ngood\n", "line 2: 1 columns, expected at least 2"),
        ("a.tsv", "text\tlabel\n  \t1\n", "line 2: the text is empty"),
        ("a.tsv", "text\tlabel\ngood\t\n", "line 2: the label is empty"),
        ("a.tsv", b"text\tlabel\n\xff\t1\n", "is not a UTF-8 text: byte 11 does not belong there"),
        ("a.tsv", b"a\0b", "is a binary file, not a text"),
        ("a.tsv.gz", b"no gzip", "is not a complete gzip file"),
        ("a.tsv.gz", gzip.compress(b"text\tlabel\n" * 9, mtime=0)[:-9], "is not a complete gzip file"),
        ("a/b.txt", "no folder of labels", "has no folder of .txt files for each label"),
        ("a/pos/b.txt", " \n", "b.txt: the text is empty"),
    ],
)
def test_bad_files_are_one_sentence(write, tmp_path, name, content, sentence):
    write(name, content)
    with pytest.raises(DataError, match=sentence):
        read_examples(tmp_path / name.split("/")[0])


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(DataError, match=r"none.csv cannot be read: No such file or directory\."):
        read_examples(tmp_path / "none.csv")
