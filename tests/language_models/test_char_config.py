import pytest

from groundwork.errors import ConfigError
from language_models.char_config import CharConfig
from language_models.layers import CELLS


def test_the_defaults_are_valid():
    assert CharConfig().split == "90/10"


@pytest.mark.parametrize("cell", CELLS)
def test_every_cell_can_be_chosen(cell):
    assert CharConfig(cell=cell).cell == cell


@pytest.mark.parametrize(
    ("options", "clause"),
    [
        ({"cell": "mlp"}, "`cell` must be one of rnn, lstm, gru, received 'mlp'"),
        ({"window": 0}, "`window` must be at least 1, received 0"),
        ({"dropout": 1.0}, "`dropout` must lie between 0 and 0.95, received 1.0"),
        ({"learning_rate": 0.0}, "`learning_rate` must be above 0, received 0.0"),
        ({"split": "90"}, "`split` must be percentages that add up to 100, such as 90/10; received '90'"),
    ],
)
def test_wrong_values_are_named(options, clause):
    with pytest.raises(ConfigError) as caught:
        CharConfig(**options)
    assert str(caught.value) == clause + "."


def test_all_problems_are_named_at_once():
    with pytest.raises(ConfigError, match=r"cell.*units.*precision|cell.*precision.*units"):
        CharConfig(cell="mlp", units=0, precision="4bit")
