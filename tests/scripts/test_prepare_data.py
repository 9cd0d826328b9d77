"""The command line of prepare_data: every sub-command once, results on stdout, errors as one sentence."""

import importlib.util
import json
import shlex
from pathlib import Path

import pytest
from PIL import Image

from captioner.data.coco import read_records

SCRIPT = Path(__file__).parents[2] / "scripts" / "prepare_data.py"


@pytest.fixture(scope="module")
def module():
    spec = importlib.util.spec_from_file_location("prepare_data", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def main(module):
    return module.main


@pytest.fixture
def run(main, tmp_path, monkeypatch):
    """Runs the script inside the temporary folder, with an output folder and every word kept."""
    monkeypatch.chdir(tmp_path)
    return lambda *arguments: main([*arguments, "--output", "prepared", "--min-count", "1", "--workers", "2"])


def pictures(folder: Path, *names: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        Image.new("RGB", (3, 2), "blue").save(folder / name)


def captions(path: Path, image_id: int, name: str, caption: str) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = {
        "images": [{"id": image_id, "file_name": name}],
        "annotations": [{"image_id": image_id, "caption": caption}],
    }
    path.write_text(json.dumps(rows))
    return str(path)


def split_sizes(folder: Path) -> dict[str, int]:
    splits = [split for split in ("train", "val", "test") if (folder / f"{split}.json").exists()]
    return {split: len(read_records(folder / f"{split}.json")) for split in splits}


@pytest.fixture
def mixed(tmp_path):
    pictures(tmp_path / "a", "1.png", "2.png")
    pictures(tmp_path / "b", "1.png")
    first = captions(tmp_path / "first.json", 1, "1.png", "a blue picture")
    second = captions(tmp_path / "second.json", 1, "1.png", "another picture")
    val = captions(tmp_path / "val.json", 2, "2.png", "a picture")
    return ["captions", "--train", first, "a", "--train", second, "b", "--val", val, "a"]


def test_captions_files_are_merged(run, mixed, tmp_path, capsys):
    assert run(*mixed) == 0
    assert split_sizes(tmp_path / "prepared") == {"train": 2, "val": 1}
    printed = capsys.readouterr()
    assert "train       2         2        0" in printed.out
    assert "received the ids 3 to 3" in printed.out
    assert printed.err.startswith("Preparing 3 images with 3 captions takes")


def test_the_same_command_can_be_run_again(run, mixed, tmp_path, capsys):
    run(*mixed)
    first = capsys.readouterr().out
    assert run(*mixed) == 0
    assert capsys.readouterr().out == first


def test_shards_are_written_when_asked_for(run, mixed, tmp_path, capsys):
    assert run(*mixed, "--shards", "2") == 0
    assert (tmp_path / "prepared" / "shards" / "train-00001-of-00002").is_file()
    assert "for each of 3 images and a little for its captions, 454 kB of disk" in capsys.readouterr().err
    assert run(*mixed, "--shards", "3") == 2
    assert capsys.readouterr().err.endswith("error: `shards` must be at most the 2 images of train, received 3.\n")


def test_official_coco(run, tmp_path):
    for number, split in enumerate(("train", "val"), 1):
        pictures(tmp_path / "coco" / f"{split}2017", f"{number}.png")
        captions(tmp_path / "coco" / "annotations" / f"captions_{split}2017.json", number, f"{number}.png", "a thing")
    assert run("coco", "coco", "--year", "2017") == 0
    assert split_sizes(tmp_path / "prepared") == {"train": 1, "val": 1}


def test_absent_coco_is_one_sentence(run, capsys):
    assert run("coco", "nowhere") == 1
    error = capsys.readouterr().err
    assert error.startswith("error: nowhere has neither the folder that annotations_trainval2014.zip unpacks to")
    assert error.count("\n") == 1


@pytest.mark.parametrize(("option", "train"), [([], 2), (["--no-restval"], 1)])
def test_karpathy(run, tmp_path, option, train):
    pictures(tmp_path / "images", *(f"{number}.png" for number in range(4)))
    rows = [
        {"imgid": number, "split": split, "filename": f"{number}.png", "sentences": [{"raw": "a thing"}]}
        for number, split in enumerate(("train", "restval", "val", "test"))
    ]
    (tmp_path / "dataset.json").write_text(json.dumps({"images": rows}))
    assert run("karpathy", "dataset.json", "images", *option) == 0
    assert split_sizes(tmp_path / "prepared") == {"test": 1, "train": train, "val": 1}


@pytest.mark.parametrize(("option", "train"), [([], 1), (["--with-unlisted"], 2)])
def test_flickr8k(run, tmp_path, option, train):
    pictures(tmp_path, "a.jpg", "b.jpg", "c.jpg", "d.jpg")
    (tmp_path / "Flickr8k.token.txt").write_text("".join(f"{name}.jpg#0\ta thing .\n" for name in "abcd"))
    for name, split in zip("abc", ("train", "dev", "test"), strict=True):
        (tmp_path / f"Flickr_8k.{split}Images.txt").write_text(f"{name}.jpg\n")
    assert run("flickr8k", ".", ".", *option) == 0
    assert split_sizes(tmp_path / "prepared") == {"test": 1, "train": train, "val": 1}


def test_a_truncated_annotation_file_is_one_sentence(run, mixed, tmp_path, capsys):
    (tmp_path / "second.json").write_text('{"images": [{"id"')
    assert run(*mixed) == 1
    error = capsys.readouterr().err
    assert "second.json is not valid JSON" in error
    assert error.count("\n") == 1
    assert not (tmp_path / "prepared").exists()


def test_a_missing_folder_of_pictures_is_named(run, mixed, tmp_path, capsys):
    (tmp_path / "a").rename(tmp_path / "gone")
    (tmp_path / "b").rename(tmp_path / "gone_too")
    assert run(*mixed) == 1
    assert f"2 of 2 are missing, the first was expected in {tmp_path / 'a'}" in capsys.readouterr().err


def test_a_wrong_command_line_is_status_2(main, run, capsys):
    assert main(["captions", "--output", "x"]) == 2
    assert main([]) == 2
    assert run("coco", "x", "--year", "2015") == 2
    assert run("coco", "x", "--max-words", "0") == 2
    errors = capsys.readouterr().err.splitlines()
    assert len(errors) == 4
    assert all(error.startswith("error: ") for error in errors)


@pytest.mark.parametrize("document", [SCRIPT, SCRIPT.parents[1] / "data" / "README.md"], ids=lambda path: path.name)
def test_documented_commands_are_understood(module, document):
    lines = [line.strip() for line in document.read_text(encoding="utf-8").splitlines()]
    commands = [line for line in lines if line.startswith(("prepare_data.py", "python scripts/prepare_data.py"))]
    assert len(commands) >= 4
    for command in commands:
        assert module.parse_arguments(shlex.split(command.partition("prepare_data.py")[2])).output
