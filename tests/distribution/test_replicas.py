import csv
import json
from pathlib import Path

import numpy as np
import pytest

TOLERANCE = 1e-5


def read_log(run: Path) -> list[dict[str, float]]:
    with (run / "log.csv").open() as file:
        return [{name: float(value) for name, value in row.items()} for row in csv.DictReader(file)]


def read_weights(run: Path) -> list[np.ndarray]:
    with np.load(run / "final.npz") as stored:
        return [stored[name] for name in stored.files]


def check_same(run: Path, other: Path, *, scores: tuple[str, ...]) -> None:
    """Both runs had the same losses and scores in every epoch, and end with the same weights."""
    for row, expected in zip(read_log(run), read_log(other), strict=True):
        assert {name: row[name] for name in scores} == pytest.approx(
            {name: expected[name] for name in scores}, abs=TOLERANCE
        )
    for weight, expected in zip(read_weights(run), read_weights(other), strict=True):
        np.testing.assert_allclose(weight, expected, atol=TOLERANCE)


def check_learnt(run: Path) -> None:
    losses = [row["loss"] for row in read_log(run)]
    assert losses[-1] < losses[0] - 1000 * TOLERANCE


CAPTION_SCORES = ("epoch", "loss", "val_Bleu_4", "val_CIDEr")


@pytest.mark.parametrize("stage", ["frozen", "finetuned"])
def test_two_replicas_train_the_captioner_as_one_device(runs, stage):
    folder = runs.folder
    check_same(folder / f"mirrored/captioner/{stage}", folder / f"single/captioner/{stage}", scores=CAPTION_SCORES)


def test_two_workers_of_which_one_is_killed_and_restarted_train_the_captioner_as_one_device(runs):
    run, single = runs.folder / "multiworker/frozen/frozen", runs.folder / "single/captioner/frozen"
    check_learnt(single)
    check_same(run, single, scores=CAPTION_SCORES)


def test_two_workers_read_the_pictures_of_their_own_rows_alone_and_train_as_one_device(runs):
    run, single = runs.folder / "multiworker/live", runs.folder / "single/live"
    check_learnt(single / "live")
    check_same(run / "live", single / "live", scores=CAPTION_SCORES)
    files = (single / "read-0.json", run / "read-0.json", run / "read-1.json")
    assert [max(json.loads(file.read_text())) for file in files] == [5, 3, 2]


def test_the_other_worker_tells_in_one_sentence_why_it_stops(runs):
    assert runs.survivor.status == 1
    assert runs.survivor.errors.strip().endswith("start all workers again, and the run resumes.")


def test_the_chief_alone_writes_logs_and_bundles(runs):
    run = runs.folder / "multiworker/frozen"
    writers = {int(path.name.split(".")[5]) for path in run.glob("frozen/tensorboard/*/events.*")}
    assert writers == set(runs.chiefs)
    assert (run / "bundle/model.weights.h5").is_file()


def test_the_record_of_workers_counts_them_and_both_starts(runs):
    record = json.loads((runs.folder / "multiworker/frozen/record.json").read_text())
    assert [(start["strategy"], start["replicas"]) for start in record["starts"]] == [("multiworker", 2)] * 2
    assert [epoch["start"] for epoch in record["stages"][0]["epochs"]] == [0, 1]


def test_two_replicas_train_a_character_model_as_one_device(runs):
    single = runs.folder / "single/characters"
    check_learnt(single)
    check_same(runs.folder / "mirrored/characters", single, scores=("epoch", "loss", "val_loss"))


def test_two_replicas_train_a_sentiment_model_as_one_device(runs):
    single = runs.folder / "single/sentiment"
    check_learnt(single)
    check_same(runs.folder / "mirrored/sentiment", single, scores=("epoch", "loss", "val_loss", "val_accuracy"))


@pytest.mark.parametrize("strategy", ["mirrored", "multiworker"])
def test_fit_evaluate_and_predict_return_the_same(runs, strategy):
    here, there = (
        json.loads((runs.folder / place / "words/results.json").read_text()) for place in ("single", strategy)
    )
    for part, expected in zip(there[:2], here[:2], strict=True):
        assert part.keys() == expected.keys()
        for name, value in expected.items():
            assert part[name] == pytest.approx(value, abs=TOLERANCE)
    np.testing.assert_allclose(there[2], here[2], atol=TOLERANCE)


def test_replicas_drop_other_units_and_the_same_again_in_a_repeated_epoch(runs):
    first, repeated, other = np.load(runs.folder / "mirrored/masks/masks.npy")
    np.testing.assert_array_equal(first, repeated)
    assert not np.array_equal(first[0], first[1])
    assert not np.array_equal(first[0], other[0])
