from dataclasses import fields

import pytest

from captioner.config import CalibrationConfig, DecodingConfig, NetworkConfig
from captioner.training.recipe import PlanConfig, RunConfig
from captioner.training.stage import StageConfig
from groundwork.config import field_help
from groundwork.errors import ConfigError


@pytest.mark.parametrize(
    "config", [CalibrationConfig, DecodingConfig, NetworkConfig, StageConfig, RunConfig, PlanConfig]
)
def test_every_field_explains_itself(config):
    prose = field_help(config)
    assert set(prose) == {field.name for field in fields(config)}
    assert all(text.endswith(".") for text in prose.values())


def test_all_problems_are_named_at_once():
    with pytest.raises(ConfigError, match=r"`image_dropout`.*received 2|`batch_size`.*received 0") as caught:
        StageConfig(batch_size=0, image_dropout=2)
    assert "`batch_size` must be at least 1, received 0; `image_dropout`" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_wrong_type_is_named():
    with pytest.raises(ConfigError, match="`units` must be int, received '12'"):
        NetworkConfig(units="12")


@pytest.mark.parametrize(
    ("config", "change"),
    [
        (NetworkConfig, {"encoder": "resnet"}),
        (NetworkConfig, {"last_pooling": False, "encoder": "mobilenetv2"}),
        (NetworkConfig, {"pyramid": ()}),
        (NetworkConfig, {"pyramid": (0,)}),
        (NetworkConfig, {"pyramid": (1, 2), "image_size": 63}),
        (DecodingConfig, {"beam_size": 0}),
        (DecodingConfig, {"no_repeat_ngram": -1}),
        (DecodingConfig, {"dangling_ends": 0}),
        (StageConfig, {"learning_rate": 0.0}),
        (StageConfig, {"learning_rate": float("nan")}),
        (StageConfig, {"encoder_learning_rate": 0.0}),
        (StageConfig, {"encoder_learning_rate": "fast"}),
        (StageConfig, {"train_from": "block6"}),
        (StageConfig, {"objective": "luck"}),
        (StageConfig, {"monitor": "loss"}),
        (StageConfig, {"mirror": True, "augment": True}),
        (StageConfig, {"micro_batches": 2, "objective": "self_critical"}),
        (StageConfig, {"recompute": True}),
        (StageConfig, {"cider_weight": 0.0}),
        (StageConfig, {"samples": 1}),
        (StageConfig, {"compute": "float8"}),
        (StageConfig, {"name": "a/b"}),
        (StageConfig, {"name": "bundle"}),
        (StageConfig, {"epochs": 0}),
        (StageConfig, {"mirror": 1}),
        (PlanConfig, {"finetune_after": -1}),
        (RunConfig, {"data": "here"}),
    ],
)
def test_nonsense_is_refused(config, change):
    name = "output" if config is RunConfig else next(iter(change))
    with pytest.raises(ConfigError, match=f"`{name}`"):
        config(**change)


def test_the_cnn_moves_at_a_fortieth_of_the_step_unless_it_is_told_otherwise():
    assert StageConfig(learning_rate=4e-4).encoder_rate == pytest.approx(1e-5)
    assert StageConfig(learning_rate=4e-4, encoder_learning_rate=3e-5).encoder_rate == 3e-5
