"""What the README shows is what a person gets."""

import ast
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from captioner.predictor import Predictor
from captioner.training.recipe_reader import make_recipe

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def block(language: str, index: int = 0) -> str:
    return re.findall(rf"^```{language}\n(.*?)```", README, re.DOTALL | re.MULTILINE)[index]


def test_the_first_command_prints_what_the_first_screen_shows():
    command, caption = block("").splitlines()
    script = command.split("&& python ")[1].split()
    run = subprocess.run([sys.executable, *script], cwd=ROOT, capture_output=True, text=True)
    assert (run.stdout, run.stderr, run.returncode) == (f"{caption}\n", "", 0)


def test_the_photographs_have_the_captions_that_stand_below_them():
    pictures, captions = re.search(r"^(\| <img .*)\n\|---.*\n(.*)$", README, re.MULTILINE).groups()
    paths = [ROOT / name for name in re.findall(r'src="([^"]+)"', pictures)]
    found = [prediction.caption.text for prediction in Predictor.from_preset()(paths)]
    assert len(paths) == 4
    assert captions.strip("| ").split(" | ") == found


def test_the_python_example_prints_captions_with_probabilities(capsys, monkeypatch):
    monkeypatch.chdir(ROOT)
    names: dict = {}
    exec(block("python"), names)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 6
    assert all(re.fullmatch(r"\d\.\de-\d\d  [a-z' -]+", line) for line in lines)
    assert names["model"].count_params() > 5_000_000


def test_the_scoring_example_prints_what_it_says(capsys):
    code, comment = block("python", 1).rsplit("# ", 1)
    exec(code, {})
    shown, printed = (ast.literal_eval(text) for text in (comment, capsys.readouterr().out))
    assert printed == pytest.approx(shown)


def test_sentences_are_classified_as_shown():
    command, *shown = re.search(r"^\$ python (scripts/classify_text.py .*?)^```", README, re.M | re.S)[1].splitlines()
    run = subprocess.run([sys.executable, *shlex.split(command)], cwd=ROOT, capture_output=True, text=True)
    expected, found = ([line.split("\t") for line in lines] for lines in (shown, run.stdout.splitlines()))
    assert [(label, text) for label, _, text in found] == [(label, text) for label, _, text in expected]
    assert [float(row[1]) for row in found] == pytest.approx([float(row[1]) for row in expected], abs=2e-4)
    assert run.stderr == ""


def test_plays_are_written_by_the_bundled_model():
    command = re.search(r"`python (scripts/generate_text.py [^`]*)`", README)[1]
    options = [*shlex.split(command), "--length", "200", "--seed", "4"]
    run = subprocess.run([sys.executable, *options], cwd=ROOT, capture_output=True, text=True)
    assert run.stdout.startswith("ROMEO:\n")
    assert len(run.stdout) == len("ROMEO:") + 200 + 1
    assert {"the", "to"} <= set(run.stdout.split())
    assert run.stderr == ""


def test_the_recipe_that_is_shown_is_one():
    assert [stage.cut for stage in make_recipe(yaml.safe_load(block("yaml"))).stages] == [None, "block5"]


def test_every_script_that_is_shown_exists():
    shown = set(re.findall(r"(?:scripts|benchmarks|data)/\w+\.py", README))
    assert shown
    assert all((ROOT / name).is_file() for name in shown)


def test_every_link_inside_the_repository_leads_somewhere():
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)|<img src=\"([^\"]+)", README)
    assert all((ROOT / (link or image)).exists() for link, image in links)
