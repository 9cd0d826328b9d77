"""The recipe files on the sample data: read, run, interrupted and gone on with, with networks that are quick to run."""

import json
import re
import shlex
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from captioner.bundle import load_bundle
from captioner.data.preparation import caption_file_source, prepare
from captioner.models.vgg_encoder import VGGEncoder
from captioner.training import features, stage_run
from captioner.training.recipe_reader import read_recipe
from captioner.training.trainer import train
from groundwork.files import file_sha256

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "data" / "sample"
RECIPES = sorted(path for cnn in ("vgg", "mobilenet") for path in ROOT.glob(f"recipes/*_{cnn}*.yaml"))
STAGED = ROOT / "recipes" / "flickr8k_vgg19_lstm.yaml"
SMALL = {
    "image_size": 64,
    "encoder_weights": "random",
    "units": 8,
    "embedding_dim": 8,
    "batch_size": 8,
    "max_length": 6,
}


@pytest.fixture(scope="module")
def prepared(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("recipes") / "prepared"
    sources = [caption_file_source(split, SAMPLE / f"captions_{split}.json", SAMPLE) for split in ("train", "val")]
    prepare(sources, folder, min_count=1, progress=False)
    return folder


def thin_encoder(name, image_size, last_pooling):
    """Five blocks of few channels in the place of VGG's."""
    return VGGEncoder(
        repeats=(1, 1, 1, 1, 1), filters=(2, 2, 4, 4, 4), image_size=image_size, last_pooling=last_pooling
    )


class InterruptOnce:
    """Ends a training in the second step of its fourth epoch, which is the second one of its second stage."""

    def __init__(self, plain):
        self.plain = plain
        self.epochs = 0

    def __call__(self, callback, epoch, logs=None):
        self.plain(callback, epoch, logs)
        self.epochs += 1
        if self.epochs == 4:
            callback.on_train_batch_end = self.interrupt

    def interrupt(self, batch, logs=None):
        if batch == 1:
            raise KeyboardInterrupt


@pytest.fixture(scope="module")
def runs(prepared, tmp_path_factory):
    """The same recipe, undisturbed and interrupted; the second run finds the features of the first."""
    folder = tmp_path_factory.mktemp("runs")
    recipes = {
        name: read_recipe(STAGED, {**SMALL, "epochs": 2, "data": str(prepared), "output": str(folder / name)})
        for name in ("undisturbed", "interrupted")
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(VGGEncoder, "from_name", thin_encoder)
        train(recipes["undisturbed"])
        patch.setattr(features, "announce_needs", None)  # Whoever has to compute features now fails.
        interrupt = InterruptOnce(stage_run.StopOnNonFiniteLoss.on_epoch_begin)
        patch.setattr(stage_run.StopOnNonFiniteLoss, "on_epoch_begin", lambda *arguments: interrupt(*arguments))
        with pytest.raises(KeyboardInterrupt):
            train(recipes["interrupted"])
        half = json.loads((folder / "interrupted" / "record.json").read_text())
        train(recipes["interrupted"])
    records = {name: json.loads((folder / name / "record.json").read_text()) for name in recipes}
    return SimpleNamespace(folder=folder, recipes=recipes, records=records, half=half)


@pytest.mark.parametrize("path", RECIPES, ids=lambda path: path.stem)
def test_each_recipe_can_be_read_and_says_how_it_is_run(path, load_script):
    commands = re.findall(r"python (scripts/\w+\.py.*)", path.read_text())
    (training,) = [shlex.split(command) for command in commands if "train.py" in command]
    options = vars(load_script("train").make_parser().parse_args(training[1:]))
    assert options.pop("recipe") == path.relative_to(ROOT)
    options.pop("strategy")
    assert read_recipe(path, options).stages[0].cut is None
    assert all((ROOT / command.split()[0]).is_file() for command in commands)


def test_a_recipe_runs_all_its_stages_with_a_real_network(prepared, tmp_path, load_script, capsys):
    options = [f"--{name.replace('_', '-')}={value}" for name, value in {**SMALL, "encoder": "vgg11"}.items()]
    places = ["--data", str(prepared), "--output", str(tmp_path / "run"), "--epochs", "1"]
    assert load_script("train").main([str(ROOT / "recipes/coco_vgg16_lstm.yaml"), *places, *options]) == 0
    assert capsys.readouterr().out == f"{tmp_path / 'run' / 'bundle'}\n"
    record = json.loads((tmp_path / "run" / "record.json").read_text())
    assert [(stage["name"], len(stage["epochs"])) for stage in record["stages"]] == [("frozen", 1), ("finetuned", 1)]
    assert load_bundle(tmp_path / "run" / "bundle").encoder.repeats == (1, 1, 2, 2, 2)


def test_an_interrupted_run_ends_as_an_undisturbed_one(runs):
    for stage in ("frozen", "finetuned"):
        one, two = (load_bundle(runs.folder / name / stage / "best").get_weights() for name in runs.records)
        for weight, expected in zip(two, one, strict=True):
            np.testing.assert_array_equal(weight, expected)
        logs = [(runs.folder / name / stage / "log.csv").read_text() for name in runs.records]
        assert logs[0] == logs[1]


def test_the_record_of_an_interrupted_run_is_that_of_an_undisturbed_one(runs):
    assert [len(stage["epochs"]) for stage in runs.half["stages"]] == [2, 1]
    assert "bundle" not in runs.half
    one, two = (
        [[(epoch["logs"], epoch["scores"]) for epoch in stage["epochs"]] for stage in record["stages"]]
        for record in runs.records.values()
    )
    assert one == two
    starts = [[epoch["start"] for epoch in stage["epochs"]] for stage in runs.records["interrupted"]["stages"]]
    assert starts == [[0, 0], [0, 1]]


def test_the_record_says_what_was_run_on_what(runs, prepared):
    record = runs.records["interrupted"]
    assert record["recipe"] == runs.recipes["interrupted"].plain()
    assert record["data_sha256"]["train.json"] == file_sha256(prepared / "train.json")
    assert (record["images"], len(record["starts"])) == ({"train": 20, "val": 4}, 2)
    assert record["starts"][0]["strategy"] == "single"
    assert {"python", "backend", "keras", "numpy", "captioner"} <= record["starts"][0]["software"].keys()
    for stage in record["stages"]:
        scores = [epoch["scores"]["Bleu_4"] for epoch in stage["epochs"]]
        assert scores[stage["best_epoch"] - 1] == max(scores)
        assert stage["seconds"] == pytest.approx(sum(epoch["seconds"] for epoch in stage["epochs"]))
        assert min(epoch["seconds"] for epoch in stage["epochs"]) > 0


def test_the_bundle_is_the_best_epoch_and_carries_the_record_without_folders(runs, prepared):
    record, folder = runs.records["interrupted"], runs.folder / "interrupted" / "bundle"
    bundle = record["bundle"]
    stage = next(stage for stage in record["stages"] if stage["name"] == bundle["stage"])
    assert bundle["scores"] == stage["epochs"][bundle["epoch"] - 1]["scores"]
    assert bundle["weights_sha256"] == file_sha256(folder / "model.weights.h5")
    metrics = (folder / "metrics.json").read_text()
    assert json.loads(metrics)["record"]["data_sha256"] == record["data_sha256"]
    assert str(prepared) not in metrics
    assert str(runs.folder) not in metrics


def test_a_stage_trains_the_blocks_it_is_told_to(runs):
    bundles = [runs.folder / "undisturbed" / name / "best" for name in ("frozen", "finetuned")]
    encoders = [load_bundle(bundle).encoder for bundle in bundles]
    for index in range(1, 6):
        kernels = [encoder.get_layer(f"block{index}_conv1").get_weights()[0] for encoder in encoders]
        assert np.array_equal(*kernels) == (index < 5)


def test_a_finished_run_goes_on_with_another_stage(runs):
    recipe = runs.recipes["undisturbed"]
    more = replace(recipe.stages[0], name="more", epochs=1, learning_rate=1e-6)
    bundle = train(replace(recipe, stages=(*recipe.stages, more)))
    record = json.loads((bundle.parent / "record.json").read_text())
    assert [(stage["name"], len(stage["epochs"])) for stage in record["stages"]] == [
        ("frozen", 2),
        ("finetuned", 2),
        ("more", 1),
    ]
    encoders = [load_bundle(bundle.parent / name / "best").encoder for name in ("finetuned", "more")]
    for weight, expected in zip(encoders[1].get_weights(), encoders[0].get_weights(), strict=True):
        np.testing.assert_array_equal(weight, expected)
