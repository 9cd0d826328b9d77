import json

import pytest

from captioner.training.recipe_reader import make_recipe
from captioner.training.record import Record
from groundwork.errors import ConfigError, DataError

STAGES = [{"name": "a", "epochs": 2}, {"name": "b", "epochs": 1, "monitor": "CIDEr"}]
INPUTS = {"data_sha256": {"train.json": "1f"}, "start_from_sha256": None, "images": {"train": 3, "val": 1}}


def recipe(**values):
    return make_recipe({"data": "prepared", "output": "runs/one", "stages": STAGES, **values})


def scores(bleu, cider=0.0):
    return {"Bleu_4": bleu, "CIDEr": cider}


@pytest.fixture
def record(tmp_path):
    """A run of which the first stage is done."""
    record = Record(tmp_path / "record.json")
    record.claim(recipe(), INPUTS)
    record.start({"strategy": "single"})
    record.begin_stage(0)
    record.end_epoch(0, 0, seconds=2.0, logs={"loss": 3.0}, scores=scores(0.2))
    record.end_epoch(0, 1, seconds=1.0, logs={"loss": 2.0}, scores=scores(0.1))
    return record


def test_it_is_read_as_it_was_written(record):
    again = Record(record.path)
    assert again.content == record.content == json.loads(record.path.read_text())
    assert make_recipe(again.content["recipe"]) == recipe()
    assert [again.is_done(number) for number in (0, 1)] == [True, False]


def test_an_epoch_has_its_scores_its_seconds_and_its_start(record):
    record.start({"strategy": "mirrored"})
    record.begin_stage(1)
    record.end_epoch(1, 0, seconds=4.0, logs={"loss": 1.5}, scores=scores(0.1, 0.7))
    first, second = record.content["stages"]
    assert (first["seconds"], first["best_epoch"], second["best_epoch"]) == (3.0, 1, 1)
    entry = {"epoch": 1, "seconds": 4.0, "start": 1, "logs": {"loss": 1.5}, "scores": scores(0.1, 0.7)}
    assert second["epochs"] == [entry]


def test_an_epoch_that_is_repeated_replaces_what_was_said_of_it(record):
    record.begin_stage(0)
    record.end_epoch(0, 1, seconds=5.0, logs={"loss": 2.0}, scores=scores(0.3))
    (stage,) = record.content["stages"]
    assert ([epoch["seconds"] for epoch in stage["epochs"]], stage["seconds"]) == ([2.0, 5.0], 7.0)
    assert stage["best_epoch"] == 2


def test_of_several_workers_one_writes(tmp_path):
    Record(tmp_path / "record.json", writes=False).claim(recipe(), INPUTS)
    assert not (tmp_path / "record.json").exists()


def test_a_finished_run_takes_another_stage(record):
    longer = recipe(stages=[*STAGES[:1], {"name": "c", "epochs": 9}])
    Record(record.path).claim(longer, INPUTS)
    assert make_recipe(Record(record.path).content["recipe"]) == longer


def test_what_differs_from_a_run_is_named_and_nothing_is_changed(record):
    before = record.path.read_text()
    inputs = {**INPUTS, "data_sha256": {"train.json": "2e"}}
    with pytest.raises(
        ConfigError, match=r"another run: `units` was 512 and is 7; train\.json has other content\. Choose"
    ):
        Record(record.path).claim(recipe(units=7), inputs)
    assert record.path.read_text() == before


@pytest.mark.parametrize(
    ("text", "message"), [("{", "not the record"), ("[]", "not the record"), ('{"format_version": 9}', "format 9")]
)
def test_a_file_that_is_no_record_is_one_sentence(tmp_path, text, message):
    (tmp_path / "record.json").write_text(text)
    with pytest.raises(DataError, match=message):
        Record(tmp_path / "record.json")


def test_the_essentials_name_no_folder_of_the_machine(tmp_path):
    record = Record(tmp_path / "record.json")
    record.claim(recipe(encoder_weights="/home/me/vgg16.weights.h5", features="/home/me/cache"), INPUTS)
    essentials = record.essentials()
    assert essentials["recipe"]["encoder_weights"] == "vgg16.weights.h5"
    assert not {"data", "output", "features"} & essentials["recipe"].keys()
