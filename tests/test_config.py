from dataclasses import fields

import pytest

from captioner.config import DecodingConfig, TrainingConfig
from groundwork.config import field_help
from groundwork.errors import ConfigError


def test_every_field_explains_itself():
    prose = field_help(TrainingConfig)
    assert set(prose) == {field.name for field in fields(TrainingConfig)}
    assert all(text.endswith(".") for text in prose.values())


def test_all_problems_are_named_at_once():
    with pytest.raises(ConfigError, match=r"`units`.*received 0.*`dropout`.*received 2") as caught:
        TrainingConfig(units=0, dropout=2)
    assert "\n" not in str(caught.value)


def test_a_wrong_type_is_named():
    with pytest.raises(ConfigError, match="`units` must be int, received '12'"):
        TrainingConfig(units="12")


@pytest.mark.parametrize(
    "change",
    [
        {"encoder": "resnet"},
        {"pyramid": ()},
        {"pyramid": (0,)},
        {"learning_rate": 0.0},
        {"learning_rate": float("nan")},
        {"beam_size": 0},
        {"finetune_from": "block1"},
        {"epochs": 0},
        {"mirror": 1},
    ],
)
def test_nonsense_is_refused(change):
    with pytest.raises(ConfigError, match=next(iter(change))):
        TrainingConfig(**change)


def test_a_run_may_consist_of_fine_tuning_alone():
    assert TrainingConfig(epochs=0, finetune_epochs=2).finetune_epochs == 2


def test_yaml_gives_way_to_overrides(tmp_path):
    (tmp_path / "run.yaml").write_text("units: 64\npyramid: [1, 3]\n")
    config = TrainingConfig.load(tmp_path / "run.yaml", {"units": 32})
    assert (config.units, config.pyramid, config.batch_size) == (32, (1, 3), TrainingConfig().batch_size)


def test_yaml_round_trip(tmp_path):
    config = TrainingConfig(units=7, pyramid=(1, 2, 3), encoder="vgg19")
    (tmp_path / "run.yaml").write_text(config.to_yaml())
    assert TrainingConfig.load(tmp_path / "run.yaml") == config


@pytest.mark.parametrize(
    ("text", "message"),
    [("unitz: 3", "Unknown configuration: unitz"), ("- 3", "must be a mapping"), ("a: [", "not valid YAML")],
)
def test_a_bad_file_is_one_sentence(tmp_path, text, message):
    (tmp_path / "run.yaml").write_text(text)
    with pytest.raises(ConfigError, match=message) as caught:
        TrainingConfig.load(tmp_path / "run.yaml")
    assert "\n" not in str(caught.value)


def test_a_missing_file_is_one_sentence(tmp_path):
    with pytest.raises(ConfigError, match="cannot be read"):
        TrainingConfig.load(tmp_path / "run.yaml")


def test_the_decoding_part_is_carried_on():
    assert TrainingConfig(beam_size=5, max_length=9).decoding() == DecodingConfig(beam_size=5, max_length=9)
