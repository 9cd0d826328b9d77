import csv
import io
import json
import math
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from captioner.config import CalibrationConfig
from captioner.models.caption_model import CaptionModel

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def caption(load_script, brightness_model, monkeypatch, tmp_path):
    """caption.py's `main`, run in an empty folder with the brightness model."""
    monkeypatch.setattr(CaptionModel, "from_preset", classmethod(lambda cls, preset: brightness_model))
    monkeypatch.chdir(tmp_path)
    return load_script("caption").main


@pytest.fixture
def no_model(monkeypatch):
    def refuse(cls, preset):
        raise AssertionError("the model was loaded")

    monkeypatch.setattr(CaptionModel, "from_preset", classmethod(refuse))


@pytest.fixture
def album(grey_picture):
    for name, level in {"white_1.png": 255, "inner/black_02.jpg": 0, "white_3.gif": 255}.items():
        grey_picture(f"album/{name}", level)


def test_one_picture_gives_its_caption_alone(caption, grey_picture, capsys):
    grey_picture("a.png", 255)
    assert caption(["a.png"]) == 0
    assert capsys.readouterr() == ("bright\n", "")


def test_several_pictures_are_named(caption, album, capsys):
    assert caption(["album", "--batch-size", "2"]) == 0
    lines = "album/white_1.png: bright\nalbum/white_3.gif: bright\nalbum/inner/black_02.jpg: dark\n"
    assert capsys.readouterr() == (lines, "")


def test_several_captions_have_probabilities(caption, grey_picture, capsys):
    grey_picture("a.png", 255)
    assert caption(["a.png", "--num-captions", "2"]) == 0
    assert capsys.readouterr().out == "0.68    bright\n0.23    bright picture\n"


def test_several_captions_of_several_pictures_stand_below_the_name(caption, grey_picture, capsys):
    grey_picture("a.png", 255)
    grey_picture("b.png", 0)
    assert caption(["a.png", "b.png", "--num-captions", "2"]) == 0
    first = capsys.readouterr().out.split("b.png")[0]
    assert first == "a.png\n  0.68    bright\n  0.23    bright picture\n"


@pytest.mark.parametrize(("options", "expected"), [(["--max-length", "2"], "bright"), (["--beam-size", "1"], "bright")])
def test_the_search_takes_options(caption, grey_picture, capsys, options, expected):
    grey_picture("a.png", 255)
    assert caption(["a.png", *options]) == 0
    assert capsys.readouterr().out == f"{expected}\n"


def test_a_calibrated_model_states_its_confidence(caption, brightness_model, grey_picture, capsys):
    brightness_model.calibration = CalibrationConfig(
        slope=-1.0, intercept=0.5, length_penalty=1.0, criterion="no one objects"
    )
    grey_picture("a.png", 255)
    assert caption(["a.png", "--num-captions", "2"]) == 0
    surprises = -math.log(0.675) / 2, -math.log(0.225) / 3
    first, second = (1 / (1 + math.exp(-0.5) * surprise) for surprise in surprises)
    assert capsys.readouterr().out == f"{first:<8.0%}bright\n{second:<8.0%}bright picture\n"


def test_several_models_caption_together(load_script, tiny_model, grey_picture, tmp_path, capsys):
    for name in ("one", "two"):
        tiny_model.save_to_preset(tmp_path / name)
    picture = str(grey_picture("a.png", 255))
    main = load_script("caption").main
    assert main(["--model", str(tmp_path / "one"), picture]) == 0
    alone = capsys.readouterr().out
    assert main(["--model", str(tmp_path / "one"), "--model", str(tmp_path / "two"), picture]) == 0
    assert capsys.readouterr() == (alone, "")


def test_models_with_other_words_are_refused_in_one_sentence(load_script, tiny_model, grey_picture, tmp_path, capsys):
    for name in ("one", "two"):
        tiny_model.save_to_preset(tmp_path / name)
    words = (tmp_path / "two/vocabulary.txt").read_text()
    (tmp_path / "two/vocabulary.txt").write_text(words.replace("f\n", "g\n"))
    arguments = ["--model", str(tmp_path / "one"), "--model", str(tmp_path / "two"), str(grey_picture("a.png", 255))]
    assert load_script("caption").main(arguments) == 1
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert err.startswith("error: Only models with the same vocabulary can choose words together")


def test_json_is_one_array(caption, album, capsys):
    assert caption(["album", "--format", "json", "--num-captions", "2"]) == 0
    first, *others = json.loads(capsys.readouterr().out)
    assert first["image"] == "album/white_1.png"
    assert [found["text"] for found in first["captions"]] == ["bright", "bright picture"]
    assert first["captions"][0]["probability"] == pytest.approx(0.675, rel=1e-3)
    assert set(first["captions"][0]) == {"text", "probability", "log_probability", "score", "confidence"}
    assert len(others) == 2


def test_json_lines_are_the_same_objects(caption, album, capsys):
    caption(["album", "--format", "json"])
    array = json.loads(capsys.readouterr().out)
    assert caption(["album", "--format", "jsonl"]) == 0
    assert [json.loads(line) for line in capsys.readouterr().out.splitlines()] == array


def test_csv_has_a_row_for_each_caption(caption, grey_picture, capsys):
    grey_picture("a, b.png", 0)
    assert caption(["a, b.png", "--format", "csv", "--num-captions", "2"]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [(row["image"], row["rank"], row["caption"]) for row in rows] == [
        ("a, b.png", "1", "dark"),
        ("a, b.png", "2", "dark picture"),
    ]
    assert float(rows[0]["probability"]) == pytest.approx(0.675, rel=1e-3)


def test_coco_results_take_ids_from_the_file_names(caption, grey_picture, capsys):
    grey_picture("COCO_val2014_000000000042.jpg", 255)
    grey_picture("7.png", 0)
    assert caption(["COCO_val2014_000000000042.jpg", "7.png", "--format", "coco"]) == 0
    results = json.loads(capsys.readouterr().out)
    assert results == [{"image_id": 42, "caption": "bright"}, {"image_id": 7, "caption": "dark"}]


def test_standard_input_is_a_picture(caption, grey_picture, monkeypatch, capsys):
    content = grey_picture("a.png", 255).read_bytes()
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(content)))
    grey_picture("b.png", 0)
    assert caption(["b.png", "-"]) == 0
    assert capsys.readouterr().out == "b.png: dark\n<stdin>: bright\n"


def test_patterns_find_pictures(caption, album, capsys):
    assert caption(["album/**/*2.jpg"]) == 0
    assert capsys.readouterr().out == "dark\n"


def test_bad_pictures_are_told_and_the_others_captioned(caption, grey_picture, tmp_path, capsys):
    grey_picture("a.png", 255)
    (tmp_path / "words.jpg").write_text("words")
    assert caption(["missing.jpg", "words.jpg", "a.png"]) == 1
    out, err = capsys.readouterr()
    assert out == "a.png: bright\n"
    first, second = err.splitlines()
    assert first == "error: missing.jpg does not exist."
    assert second.startswith("error: words.jpg is not a picture in a known format")


def test_bad_pictures_alone_leave_valid_json(caption, tmp_path, capsys):
    (tmp_path / "empty.jpg").touch()
    assert caption(["empty.jpg", "--format", "json"]) == 1
    assert capsys.readouterr() == ("[]\n", "error: empty.jpg is empty.\n")


@pytest.mark.parametrize("format_", ["text", "json", "jsonl", "csv"])
def test_output_goes_to_a_file(caption, album, tmp_path, capsys, format_):
    caption(["album", "--format", format_])
    printed = capsys.readouterr().out
    assert caption(["album", "--format", format_, "--output", "new/result"]) == 0
    assert capsys.readouterr() == ("", "")
    assert (tmp_path / "new/result").read_text() == printed


def test_an_older_output_survives_a_failure(caption, grey_picture, brightness_model, tmp_path, monkeypatch, capsys):
    def fail(images):
        raise RuntimeError("out of memory")

    monkeypatch.setattr(brightness_model, "encode", fail)
    grey_picture("a.png", 255)
    (tmp_path / "result").write_text("older")
    assert caption(["a.png", "--output", "result"]) == 1
    assert "out of memory" in capsys.readouterr().err
    assert (tmp_path / "result").read_text() == "older"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.png", "result"]


@pytest.mark.parametrize(("name", "start"), [("why.png", b"\x89PNG"), ("new/why.HTML", b"<!doctype html>")])
def test_an_explanation_is_written_beside_the_caption(caption, grey_picture, tmp_path, capsys, name, start):
    grey_picture("a.png", 255)
    assert caption(["a.png", "--explain", name]) == 0
    assert capsys.readouterr() == ("bright\n", "")
    assert (tmp_path / name).read_bytes().startswith(start)


def test_a_picture_from_standard_input_is_explained(caption, grey_picture, tmp_path, monkeypatch, capsys):
    content = grey_picture("a.png", 255).read_bytes()
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(content)))
    assert caption(["-", "--explain", "why.html"]) == 0
    assert "<stdin>" not in (tmp_path / "why.html").read_text()  # Not as markup.
    assert "stdin" in (tmp_path / "why.html").read_text()


def test_a_picture_that_cannot_be_read_is_not_explained(caption, tmp_path, capsys):
    (tmp_path / "words.jpg").write_text("words")
    assert caption(["words.jpg", "--explain", "why.html"]) == 1
    assert capsys.readouterr().err.startswith("error: words.jpg is not a picture")
    assert not (tmp_path / "why.html").exists()


def test_an_explanation_that_cannot_be_written_is_one_sentence(caption, grey_picture, tmp_path, capsys):
    grey_picture("a.png", 255)
    (tmp_path / "file").touch()
    assert caption(["a.png", "--explain", "file/why.html"]) == 1
    assert capsys.readouterr().err.startswith("error: file/why.html cannot be written: ")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["a.png", "--explain", "why.jpg"], "--explain takes a file that ends in .png or .html, received why.jpg."),
        (["a.png", "1.png", "--explain", "why.png"], "--explain takes one picture, received 2."),
        ([], "The following arguments are required: IMAGE"),
        (["a.png", "--beam-size", "0"], "--beam-size: expected a whole number of at least 1, received '0'"),
        (["a.png", "--max-length", "1"], "--max-length: expected a whole number of at least 2"),
        (["a.png", "--format", "xml"], "--format: invalid choice: 'xml'"),
        (["a.png", "--beam-size", "2", "--num-captions", "3"], "A beam of 2 cannot give 3 captions an image."),
        (["a.png", "--format", "coco", "--num-captions", "2"], "COCO results hold one caption an image"),
        (["a.png", "--output", "."], "--output . exists and is not a file."),
        (["a.png", "--format", "coco"], "a.png has none."),
        (["1.png", "x/01.png", "--format", "coco"], "1.png and x/01.png have the same COCO image id, 1."),
    ],
)
def test_wrong_usage_is_told_before_the_model_is_loaded(caption, no_model, grey_picture, capsys, arguments, message):
    for name in ("a.png", "1.png", "x/01.png"):
        grey_picture(name, 0)
    assert caption(arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("error: ")
    assert message in err
    assert err.count("\n") == 1


def test_without_any_picture_the_model_is_not_loaded(caption, no_model, capsys):
    assert caption(["missing.jpg"]) == 1
    assert capsys.readouterr().err == "error: missing.jpg does not exist.\n"


def run(*arguments: object) -> subprocess.CompletedProcess:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TF_")}
    command = [sys.executable, ROOT / "scripts/caption.py", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, env={**environment, "PYTHONPATH": str(ROOT)})


def test_a_new_process_prints_the_caption_and_nothing_else(tiny_model, grey_picture, tmp_path):
    tiny_model.save_to_preset(tmp_path / "model")
    result = run("--model", tmp_path / "model", grey_picture("a.png", 255))
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.count("\n") == 1


def test_help_is_quick():
    result = subprocess.run(
        [sys.executable, "-X", "importtime", ROOT / "scripts/caption.py", "--help"],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert result.stdout.startswith("usage: caption.py")
    assert not any(module in result.stderr for module in ("tensorflow", "keras", "numpy", "PIL"))
