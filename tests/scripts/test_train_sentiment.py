import re
import subprocess
import sys
from pathlib import Path

import pytest

from language_models.sentiment_config import SentimentConfig
from language_models.sentiment_model import SentimentModel

ROOT = Path(__file__).parent.parent.parent
RECIPES = sorted(path for name in ("sst2", "imdb") for path in (ROOT / "recipes").glob(f"{name}_*.yaml"))
TABLE = "text,label\n" + "".join(f"{word} {noun},{label}\n" for noun in ("film", "plot", "cast", "end", "idea")
                                 for word, label in (("good", "up"), ("bad", "down")))  # fmt: skip
SMALL = ["--units", "2", "--embedding-dim", "3", "--epochs", "1", "--holdout", "0.2"]


@pytest.fixture
def main(load_script):
    return load_script("train_sentiment").main


@pytest.fixture
def texts(tmp_path):
    path = tmp_path / "train.csv"
    path.write_text(TABLE)
    return str(path)


def test_the_model_directory_is_printed_and_the_command_resumes(main, texts, tmp_path, capsys):
    (tmp_path / "more.txt").write_text("a splendid film\na splendid plot\n")
    command = [texts, "--output", str(tmp_path / "run"), *SMALL, "--unlabelled", str(tmp_path / "more.txt")]
    assert main(command) == main(command) == 0
    output, progress = capsys.readouterr()
    assert output == f"{tmp_path / 'run' / 'bundle'}\n" * 2
    assert progress.count("epoch 1/1: ") == 1
    assert SentimentModel.from_preset(tmp_path / "run" / "bundle").classes == ("down", "up")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("text,label\ngood,1\ngreat,1\n", "has one class only, '1'; to learn, two or more are needed."),
        ('text,label\n"good,1\n', "the quotes are broken (unexpected end of data)."),
        ("good film,1\nbad film,0\n", "number both columns from 1 on if there is no header."),
        ("text,label\n,1\nbad,0\n", "line 2: the text is empty."),
    ],
)
def test_a_bad_table_is_one_sentence(main, tmp_path, capsys, content, sentence):
    (tmp_path / "bad.csv").write_text(content)
    assert main([str(tmp_path / "bad.csv"), "--output", str(tmp_path / "run")]) == 1
    assert re.fullmatch(rf"error: .*{re.escape(sentence)}\n", capsys.readouterr().err)


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda path: path.stem)
def test_recipes_are_valid(recipe):
    assert SentimentConfig.load(recipe).class_names == "negative,positive"


def test_help_needs_no_keras():
    script = ROOT / "scripts" / "train_sentiment.py"
    code = f"import runpy, sys; runpy.run_path({str(script)!r}); print('keras' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "False"
