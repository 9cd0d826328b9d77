import io
import json
import re
import sys

import keras
import pytest

from language_models.sentiment_model import SentimentModel
from language_models.sentiment_vocabulary import Vocabulary


@pytest.fixture
def main(load_script):
    return load_script("classify_text").main


@pytest.fixture
def bundle(tmp_path):
    keras.utils.set_random_seed(0)
    vocabulary = Vocabulary.build(["a good film", "a bad film"])
    model = SentimentModel(vocabulary, classes=["no", "yes"], units=2, embedding_dim=3)
    model.save_to_preset(tmp_path / "bundle")
    return str(tmp_path / "bundle")


def test_label_probability_and_text_are_printed(main, bundle, capsys):
    assert main(["--model", bundle, "A good film.", "Bad!"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert re.fullmatch(r"(no|yes)\t0\.\d{4}\tA good film\.", lines[0])
    assert lines[1].endswith("\tBad!")


def test_json_is_an_object_a_line(main, bundle, tmp_path, capsys):
    (tmp_path / "texts.txt").write_text("A good film.\r\nKein Wort, 안녕!\n")
    assert main(["--model", bundle, "--file", str(tmp_path / "texts.txt"), "--json"]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [row["text"] for row in rows] == ["A good film.", "Kein Wort, 안녕!"]
    assert all(list(row) == ["text", "label", "probability"] and 0.5 <= row["probability"] <= 1 for row in rows)


def test_standard_input_is_read(main, bundle, monkeypatch, capsys):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"good\nbad\n")))
    assert main(["--model", bundle]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 2


def test_words_are_explained_as_text_json_and_page(main, bundle, tmp_path, capsys):
    page = tmp_path / "page.html"
    assert main(["--model", bundle, "A good film", "--explain", "--html", str(page)]) == 0
    assert re.search(r"\ta\([+-]\d+\) good\([+-]\d+\) film\([+-]\d+\)\n$", capsys.readouterr().out)
    assert ">good</span>" in page.read_text()
    assert main(["--model", bundle, "A good film", "--explain", "--json"]) == 0
    row = json.loads(capsys.readouterr().out)
    assert [word for word, _ in row["words"]] == ["a", "good", "film"]
    assert row["words"][-1][1] == row["probability"]


def test_an_empty_text_does_not_stop_the_others(main, bundle, capsys):
    assert main(["--model", bundle, "good", " "]) == 1
    output, errors = capsys.readouterr()
    assert output.endswith("\tgood\n")
    assert errors == "error: Text 2 is empty; there is nothing to classify.\n"


@pytest.mark.parametrize(
    ("stdin", "status", "sentence"),
    [(b"", 2, "There is no text: give some as arguments"), (b"\xff", 1, "Standard input is not UTF-8: byte 0 does")],
)
def test_bad_input_is_one_sentence(main, bundle, monkeypatch, capsys, stdin, status, sentence):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
    assert main(["--model", bundle]) == status
    assert re.fullmatch(rf"error: {sentence}.*\n", capsys.readouterr().err)


def test_texts_and_a_file_exclude_each_other(main, bundle, capsys):
    assert main(["--model", bundle, "good", "--file", "texts.txt"]) == 2
    assert capsys.readouterr().err == "error: Give texts as arguments or with --file, not both.\n"


def test_a_bundle_of_another_kind_is_refused(main, tmp_path, capsys):
    (tmp_path / "config.json").write_text(json.dumps({"format_version": 1, "kind": "char"}))
    assert main(["--model", str(tmp_path), "good"]) == 1
    assert capsys.readouterr().err.endswith("holds a model of kind 'char'; expected kind 'sentiment'.\n")
