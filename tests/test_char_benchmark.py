import importlib
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

BENCHMARKS = Path(__file__).parent.parent / "benchmarks"


@pytest.fixture
def load(monkeypatch):
    """`load(name)`: benchmarks/name.py as a module."""
    monkeypatch.syspath_prepend(BENCHMARKS)
    return importlib.import_module


@pytest.fixture
def workload(load):
    def make(task):
        sizes = {"units": 3, "depth": 2, "embedding_dim": 4, "vocabulary": 5}
        return load("char_workload").CharWorkload(task, **sizes, batch_size=2, window=4, steps=3, length=6)

    return make


def test_help_works_anywhere(tmp_path):
    command = [sys.executable, str(BENCHMARKS / "char_throughput.py"), "--help"]
    finished = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert "Goal: " in finished.stdout
    assert finished.stderr == ""


def test_a_workload_travels_as_json(load, workload):
    train = workload("train")
    assert load("char_workload").CharWorkload.from_json(train.to_json()) == train
    np.testing.assert_array_equal(train.token_ids(), workload("generate").token_ids())


def test_an_epoch_has_as_many_characters_as_it_says(load, workload):
    from language_models.char_batches import CharBatches

    train = workload("train")
    batches = CharBatches(train.token_ids(), batch_size=2, window=4)
    assert len(batches) == train.steps
    assert train.characters == 2 * 4 * 3
    assert workload("generate").characters == 6


@pytest.mark.parametrize("task", ["training", "generation"])
def test_the_keras_side_measures_the_model_of_the_workload(load, workload, task):
    from language_models.alphabet import Alphabet
    from language_models.char_model import CharModel

    shared = workload({"training": "train", "generation": "generate"}[task])
    model = CharModel(Alphabet(shared.alphabet), units=3, depth=2, embedding_dim=4)
    result = getattr(load("char_keras"), task)(model, shared)(0)
    lstm = 4 * 3 * (4 + 3 + 1) + 4 * 3 * (3 + 3 + 1)
    assert result["parameters"] == 5 * 4 + lstm + (3 + 1) * 5
    assert result["seconds"] > 0
