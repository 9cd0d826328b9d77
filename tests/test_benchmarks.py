import importlib
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from captioner.data.coco import read_records
from captioner.data.images import load_image
from captioner.training.stage import StageConfig

BENCHMARKS = Path(__file__).parent.parent / "benchmarks"


@pytest.fixture
def load(monkeypatch):
    """`load(name)`: benchmarks/name.py as a module."""
    monkeypatch.syspath_prepend(BENCHMARKS)
    return importlib.import_module


@pytest.fixture
def comparison(load):
    """`comparison(goal)`: 6 seconds over 4."""
    measurement = load("measurement")

    def make(goal):
        rows = {"above": [6.0, 5.0, 9.0], "below": [4.0, 5.0, 3.0]}
        return measurement.Comparison("trial", "seconds", rows, "above", "below", goal, {"CPUs": 2}, {"half": 0.5})

    return make


@pytest.mark.parametrize(
    ("name", "option"),
    [
        ("cold_start", "--model"),
        ("caption_throughput", "--model"),
        ("training_throughput", "--model"),
        ("memory", "--model"),
        ("input_throughput", "--model"),
        ("coco_size", "--images"),
        ("vgg_forward", "--encoder"),
        ("end_to_end_training", "--torch-python"),
        ("linear_cost", "--output"),
        ("gpu", "--anyway"),
        ("finetuning_memory", "--encoder"),
    ],
)
def test_help_works_anywhere(name, option, tmp_path):
    command = [sys.executable, str(BENCHMARKS / f"{name}.py"), "--help"]
    finished = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert "Goal: " in finished.stdout
    assert option in finished.stdout
    assert finished.stderr == ""


def test_the_ratio_is_median_over_median(load):
    assert load("measurement").ratio([6.0, 5.0, 90.0], [4.0, 5.0, 3.0]) == 1.5


def test_sides_take_turns(load):
    calls = []
    sides = [lambda turn, name=name: calls.append(name) or turn for name in "ab"]
    assert load("measurement").take_turns(2, *sides) == [[0, 1], [0, 1]]
    assert calls == ["a", "b", "a", "b"]


@pytest.mark.parametrize(("bound", "at_least", "met"), [(1.5, False, True), (1.4, False, False), (1.6, True, False)])
def test_a_goal_is_met_or_missed(load, comparison, bound, at_least, met):
    result = json.loads(comparison(load("measurement").Goal(bound, at_least)).as_json())
    assert result["goal_met"] is met
    assert (result["ratio"], result["ratio_lowest"], result["ratio_highest"]) == (1.5, 1.0, 3.0)


def test_the_table_shows_sides_ratio_and_conditions(load, comparison):
    assert comparison(load("measurement").Goal(1.5)).as_table().splitlines() == [
        "seconds     median     lowest    highest",
        "above            6          5          9",
        "below            4          3          5",
        "",
        "ratio 1.50 (1.00 to 3.00), goal at most 1.5: met",
        "half: 0.50",
        "CPUs 2",
    ]


def test_caption_lengths_are_those_of_real_captions(load):
    workload = load("training_workload")
    lengths = np.repeat(np.arange(workload.SHORTEST, 25), workload.LENGTH_COUNTS)
    assert lengths.mean() == pytest.approx(10.7, abs=0.05)
    assert np.percentile(lengths, 95) == 17
    drawn = workload.caption_lengths(20_000, np.random.default_rng(0))
    assert drawn.mean() == pytest.approx(lengths.mean(), abs=0.1)
    assert (drawn.min(), drawn.max()) == (5, 24)


def test_drawn_words_are_words_of_the_vocabulary(load):
    words = load("training_workload").token_ids(20_000, 30, np.random.default_rng(0))
    assert (words.min(), words.max()) == (4, 29)
    counts = np.bincount(words)
    assert counts[4] > counts[5] > counts[8] > counts[29]


def test_every_process_draws_the_same_captions(load, tmp_path):
    training = load("training_workload")
    features = tmp_path / "features.npy"
    training.write_features(features, 3, (4, 2), seed=0)
    options = {"batch_size": 2, "captions_per_image": 2, "max_caption_length": 24, "seed": 0}
    rates = {"label_smoothing": 0.1, "learning_rate": 1e-3, "clip_norm": 5.0}
    workload = training.Workload("", {"vocabulary_size": 9}, str(features), **options, **rates)
    captions = workload.captions()
    assert [len(group) for group in captions] == [2, 2, 2]
    assert training.Workload.from_json(workload.to_json()).captions() == captions


@pytest.mark.parametrize(("images", "expected"), [(1, 4), (24, 12), (25, 16)])
def test_rounds_are_made_of_whole_batches(load, images, expected):
    assert load("caption_throughput").images_a_round(images, rounds=2, batch_size=4) == expected


def test_regions_follow_from_the_encoder(load):
    encoder = {"image_size": 224, "repeats": [2, 2, 4, 4, 4], "filters": [64, 128, 256, 512, 512]}
    assert load("training_throughput").region_shape(encoder) == (49, 512)


def test_models_that_differ_are_not_compared(load):
    check = load("training_throughput").check_same_model
    check({"Keras": 7, "PyTorch": 7})
    with pytest.raises(Exception, match="Keras 7, PyTorch 8"):
        check({"Keras": 7, "PyTorch": 8})


def test_a_failed_process_is_told_in_one_sentence(load):
    with pytest.raises(Exception, match=r"ended with status 3: too bad$"):
        load("processes").run([sys.executable, "-c", "import sys; print('too bad', file=sys.stderr); sys.exit(3)"])


def test_a_worker_answers_until_it_is_left(load):
    code = "from processes import serve; serve(lambda number: {'double': 2 * number})"
    code = f"import sys; sys.path.insert(0, {str(BENCHMARKS)!r}); {code}"
    with load("processes").worker([sys.executable, "-c", code]) as epoch:
        assert [epoch(number)["double"] for number in (1, 5)] == [2, 10]


def test_a_worker_that_dies_is_an_error(load):
    with (
        load("processes").worker([sys.executable, "-c", "raise SystemExit(1)"]) as epoch,
        pytest.raises(Exception, match="ended early"),
    ):
        epoch(0)


def test_pictures_are_varied_and_repeatable(load, tmp_path):
    pictures = load("pictures")
    (tmp_path / "photographs").mkdir()
    ramp = np.arange(60 * 80 * 3, dtype=np.uint32).reshape(60, 80, 3) % 251
    pictures.Image.fromarray(ramp.astype(np.uint8)).save(tmp_path / "photographs" / "coffee.png")
    first, second = pictures.write_pictures(tmp_path, 2, tmp_path / "photographs")
    contents = first.read_bytes(), second.read_bytes()
    assert contents[0] != contents[1]
    with pictures.Image.open(first) as picture:
        assert picture.size == (500, 375)
    pictures.write_pictures(tmp_path, 2, tmp_path / "photographs")
    assert (first.read_bytes(), second.read_bytes()) == contents


def test_data_of_cocos_size_have_cocos_numbers(load, tmp_path):
    coco_size, process = load("coco_size"), load("coco_size_process")
    assert coco_size.captions_of(123_287) == 616_767
    process.make(tmp_path, 9, 3, coco_size.captions_of(12))
    train, val = (read_records(tmp_path / f"{split}.json", tmp_path / "pictures") for split in ("train", "val"))
    assert (len(train), len(val)) == (9, 3)
    assert {len(record.captions) for record in (*train, *val)} == {5}
    assert len({record.path.stat().st_ino for record in (*train, *val)}) == process.DIFFERENT_PICTURES
    assert load_image(train[0].path).shape == (224, 224, 3)


def test_data_may_cost_so_much_memory_beyond_the_model(load):
    coco_size = load("coco_size")
    peaks = {"preparation": 900.0, "training": 3000.0, "the model alone": 1500.0}
    steps = {name: {"seconds": 60.0, "mebibytes": peak} for name, peak in peaks.items()}
    assert json.loads(coco_size.as_json(steps, {}))["mebibytes_beyond_the_model"] == 1500
    assert "1,500 MiB beyond the model, goal less than 4,096: met" in coco_size.as_table(steps, {})


def test_operations_of_vgg16_are_those_of_the_literature(load):
    operations, sizes = load("operations"), load("sizes")
    encoder = sizes.vgg("vgg16")
    assert operations.encoding(encoder) == pytest.approx(2 * 15.35e9, rel=1e-3)  # 15.3 thousand million multiplications
    first, second, *_ = operations.convolutions(encoder)
    assert (first, second) == (2 * 27 * 64 * 224**2, 2 * 9 * 64 * 64 * 224**2)


def test_only_what_is_trained_counts_three_times(load):
    operations, sizes = load("operations"), load("sizes")
    encoder = sizes.vgg("vgg16")
    convolution = 2 * 9 * 512 * 512 * 14**2
    assert operations.encoder_training(encoder, "block5") == 3 * 3 * convolution - convolution
    assert operations.encoder_training(encoder) == 3 * operations.encoding(encoder) - 2 * 27 * 64 * 224**2


def test_a_frozen_encoder_costs_nothing_in_training(load):
    operations, sizes = load("operations"), load("sizes")
    encoder, decoder = sizes.vgg("vgg16"), sizes.LSTM
    frozen = operations.training(encoder, decoder, images=2, words=100, train_from=None)
    tuned = operations.training(encoder, decoder, images=2, words=100, train_from="block5")
    gradient_of_features = operations.image_state(encoder, decoder)
    assert tuned - frozen == 2 * (operations.encoder_training(encoder, "block5") + gradient_of_features)
    # Four gates of input and state, and the logits, each forward and for two gradients.
    assert frozen == 3 * 100 * 2 * 512 * (4 * 1024 + 9491) + 2 * 2 * gradient_of_features


@pytest.fixture
def growths(load):
    Growth = load("growth").Growth
    return [
        Growth("an epoch", "images", {1: [2.0, 1.0, 3.0], 2: [4.0], 4: [6.0]}),
        Growth("a search", "beam", {1: [1.0]}),
    ]


def test_growth_is_compared_with_proportion(load, growths):
    assert growths[0].ratio == 6 / 2 / 4
    assert load("growth").as_lines(growths) == [
        "               median s    lowest   highest of proportional",
        "     1 images         2         1         3            1.00",
        "     2 images         4         4         4            1.00",
        "     4 images         6         6         6            0.75",
        "     1 beam           1         1         1            1.00",
    ]


def test_growth_is_drawn(load, growths, tmp_path):
    load("growth").write_plot(tmp_path / "growth.png", growths)
    assert (tmp_path / "growth.png").read_bytes().startswith(b"\x89PNG")


def test_without_a_gpu_one_sentence_says_what_to_do(load, monkeypatch):
    accelerator = load("accelerator")
    monkeypatch.setattr(accelerator, "gpus", list)
    with pytest.raises(Exception, match=r"^\w+ sees no GPU: .* with --anyway\.$"):
        accelerator.require_gpu(anyway=False)
    accelerator.require_gpu(anyway=True)


def test_the_gpu_table_has_a_line_for_what_does_not_fit(load):
    gpu = load("gpu")
    rows = {("frozen", 8): gpu.Speed(20.0, 100.0, 3e12), ("beam 3", 256): None}
    assert gpu.as_table(rows, 6e12, {"device": "a GPU"}).splitlines() == [
        "             batch   images/s captions/s    TFLOP/s of products",
        "frozen           8         20        100          3       50.0%",
        "beam 3         256         out of memory",
        "",
        "matrix products: 6 TFLOP/s",
        "device a GPU",
    ]
    assert json.loads(gpu.as_json(rows, 6e12, {}))["rows"][1] == {
        "mode": "beam 3",
        "batch_size": 256,
        "out_of_memory": True,
    }


def test_only_a_lack_of_memory_is_a_row_of_the_gpu_table(load):
    is_out_of_memory = load("gpu").is_out_of_memory
    assert is_out_of_memory(RuntimeError("RESOURCE_EXHAUSTED: Out of memory while trying to allocate 4 GB"))
    assert not is_out_of_memory(RuntimeError("INVALID_ARGUMENT: shapes"))


def test_a_tiny_network_is_trained_and_captions(load):
    speeds, sizes = load("gpu_speeds"), load("sizes")
    stage = StageConfig(train_from="block5", batch_size=2, ema_momentum=0.0)
    trained = speeds.training_speed(sizes.tiny_network(), stage, batches=1, rounds=1)
    assert trained.captions_per_second == pytest.approx(5 * trained.images_per_second)
    assert trained.flops > 0
