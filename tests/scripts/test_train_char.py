import re
import subprocess
import sys
from pathlib import Path

import pytest

from language_models.char_model import CharModel

RECIPES = sorted((Path(__file__).parent.parent.parent / "recipes").glob("tinyshakespeare_*.yaml"))
TEXT = "".join(f"{number} squared is {number * number}.\n" for number in range(60))
SMALL = ["--units", "6", "--batch-size", "2", "--window", "8", "--epochs", "1", "--sample-length", "0"]


@pytest.fixture
def main(load_script):
    return load_script("train_char").main


@pytest.fixture
def text(tmp_path):
    path = tmp_path / "input.txt"
    path.write_text(TEXT)
    return str(path)


def test_the_model_directory_is_printed(main, text, tmp_path, capsys):
    assert main([text, "--output", str(tmp_path / "run"), *SMALL, "--cell", "gru"]) == 0
    bundle = capsys.readouterr().out.strip()
    assert bundle == str(tmp_path / "run" / "bundle")
    assert CharModel.from_preset(bundle).stack.cell == "gru"


def test_the_same_command_resumes(main, text, tmp_path, capsys):
    command = [text, "--output", str(tmp_path / "run"), *SMALL]
    assert main(command) == main(command) == 0
    assert capsys.readouterr().err.count("epoch 1/1") == 1


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is empty."),
        (b"a", "there is nothing to predict."),
        (b"ab", "choose a smaller `batch_size` or `window`."),
        (b"\x89PNG\0", "is not a UTF-8 text: byte 0 does not belong there."),
        (b"a\0b", "is a binary file, not a text: it holds NUL bytes."),
    ],
)
def test_a_bad_text_is_one_sentence(main, tmp_path, capsys, content, sentence):
    (tmp_path / "bad.txt").write_bytes(content)
    assert main([str(tmp_path / "bad.txt"), "--output", str(tmp_path / "run")]) == 1
    assert re.fullmatch(rf"error: .*{re.escape(sentence)}\n", capsys.readouterr().err)


def test_wrong_options_are_named(main, text, tmp_path, capsys):
    assert main([text, "--output", str(tmp_path / "run"), "--units", "0", "--dropout", "2"]) == 1
    assert capsys.readouterr().err.startswith("error: `units` must be at least 1, received 0; `dropout` must lie")


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda path: path.stem)
def test_recipes_are_valid(recipe):
    from language_models.char_config import CharConfig

    assert CharConfig.load(recipe).split == "90/10"


def test_help_needs_no_keras():
    script = Path(__file__).parent.parent.parent / "scripts" / "train_char.py"
    code = f"import runpy, sys; runpy.run_path({str(script)!r}); print('keras' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "False"
