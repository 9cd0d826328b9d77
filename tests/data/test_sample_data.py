import importlib.util
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from captioner.data.coco import read_records
from captioner.data.images import load_image

DATA = Path(__file__).parents[2] / "data"
SAMPLE = DATA / "sample"
SPLITS = {"train": 20, "val": 4, "test": 4}


@pytest.mark.parametrize(("split", "images"), SPLITS.items())
def test_every_image_has_five_captions(split, images):
    records = read_records(SAMPLE / f"captions_{split}.json")
    assert len(records) == images
    assert {len(set(record.captions)) for record in records} == {5}


def test_no_image_stands_in_two_splits():
    records = [record for split in SPLITS for record in read_records(SAMPLE / f"captions_{split}.json")]
    assert len({record.image_id for record in records}) == len({record.path for record in records}) == 28


def test_every_picture_is_in_a_split_and_can_be_read():
    records = [record for split in SPLITS for record in read_records(SAMPLE / f"captions_{split}.json")]
    pictures = [*SAMPLE.glob("*.jpg"), *SAMPLE.glob("*.png")]
    assert {record.path for record in records} == set(pictures)
    assert all(load_image(path).std() > 10 for path in pictures)


def test_it_stays_small():
    assert sum(path.stat().st_size for path in SAMPLE.iterdir()) < 1_000_000


def test_the_drawings_are_those_of_the_script():
    spec = importlib.util.spec_from_file_location("draw_scenes", DATA / "draw_scenes.py")
    scenes = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(scenes)
    assert {f"scene_{name}.jpg" for name in scenes.SCENES} == {path.name for path in SAMPLE.glob("scene_*.jpg")}
    for name in scenes.SCENES:
        committed = np.asarray(Image.open(SAMPLE / f"scene_{name}.jpg"), np.float32)
        assert np.abs(committed - np.asarray(scenes.draw_scene(name))).mean() < 3


def test_it_can_be_prepared(load_script, tmp_path):
    arguments = []
    for split in SPLITS:
        arguments += [f"--{split}", str(SAMPLE / f"captions_{split}.json"), str(SAMPLE)]
    main = load_script("prepare_data").main
    assert main(["captions", *arguments, "--min-count", "1", "--output", str(tmp_path / "prepared")]) == 0
    report = json.loads((tmp_path / "prepared" / "report.json").read_text())
    assert {name: split["images"] for name, split in report["splits"].items()} == SPLITS
    assert report["splits"]["val"]["coverage"] > 0.9
