import json
import re

import keras
import pytest

from language_models.alphabet import Alphabet
from language_models.char_model import CharModel

TEXT = 'He said "go", (and) she\n\twent.\n' * 12


@pytest.fixture
def main(load_script):
    return load_script("view_cells").main


@pytest.fixture
def bundle(tmp_path):
    keras.utils.set_random_seed(0)
    CharModel(Alphabet.from_text(TEXT), cell="gru", units=3).save_to_preset(tmp_path / "bundle")
    return str(tmp_path / "bundle")


@pytest.fixture
def text(tmp_path):
    (tmp_path / "text.txt").write_text(TEXT)
    return str(tmp_path / "text.txt")


def test_a_page_is_written_and_the_findings_are_printed(main, bundle, text, tmp_path, capsys):
    page = tmp_path / "cells.html"
    assert main([bundle, text, "--output", str(page), "--shown", "40"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line[:16].rstrip() for line in lines] == [
        "quotes",
        "line position",
        "bracket depth",
        "word boundaries",
        "indentation",
        "capitals",
    ]
    assert all(re.search(r"r [+-]\d\.\d\d on held-out text, chance \d\.\d\d", line) for line in lines)
    document = json.loads(re.search(r'id="document">(.*?)</script>', page.read_text())[1])
    assert len(document["text"]) == 40
    assert [quantity["name"] for quantity in document["quantities"]][-1] == "hidden"


def test_a_feature_that_does_not_vary_is_said_to(main, bundle, tmp_path, capsys):
    (tmp_path / "plain.txt").write_text("he said she went\n" * 20)
    assert main([bundle, str(tmp_path / "plain.txt"), "--output", str(tmp_path / "cells.html")]) == 0
    assert "quotes           does not vary in the text\n" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("content", "options", "sentence"),
    [
        ("", [], "is empty."),
        ("h", [], "The text has 1 characters; ranking units needs at least 200."),
        ("hex", [], "characters lacks 1 of the text's: 'x'."),
        ("he", ["--skip", "2"], "--skip 2 leaves nothing of "),
    ],
)
def test_a_bad_text_is_one_sentence_and_no_page(main, bundle, tmp_path, capsys, content, options, sentence):
    (tmp_path / "bad.txt").write_text(content)
    assert main([bundle, str(tmp_path / "bad.txt"), "--output", str(tmp_path / "cells.html"), *options]) in (1, 2)
    error = capsys.readouterr().err
    assert error.startswith("error: ")
    assert sentence in error
    assert not (tmp_path / "cells.html").exists()


def test_an_output_that_is_a_folder_is_refused(main, bundle, text, tmp_path, capsys):
    assert main([bundle, text, "--output", str(tmp_path)]) == 2
    assert capsys.readouterr().err == f"error: --output {tmp_path} exists and is not a file.\n"


def test_a_model_that_is_none_is_refused(main, text, tmp_path, capsys):
    assert main(["nonsense", text, "--output", str(tmp_path / "cells.html")]) == 1
    assert capsys.readouterr().err.startswith("error: nonsense is neither a model directory nor a bundled model")
