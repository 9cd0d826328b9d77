import numpy as np
import pytest

from groundwork.errors import DataError
from language_models.cells import FEATURES, Quantity, rank_units
from language_models.cells.features import line_position

TEXT = "".join("x" * (5 + 7 * line % 31) + "\n" for line in range(120))
LINE_POSITION = tuple(feature for feature in FEATURES if feature.name == "line position")


@pytest.fixture
def wander():
    """`wander(units)`: smooth values that have nothing to do with the text, a column for each unit."""

    def make(units):
        steps = np.random.default_rng(3).normal(size=(len(TEXT), units))
        values = np.zeros_like(steps)
        for place in range(1, len(TEXT)):
            values[place] = 0.95 * values[place - 1] + steps[place]
        return values.astype(np.float32)

    return make


def rank(values):
    return rank_units(TEXT, [Quantity("cell", 0.0, values)], LINE_POSITION)[0]


@pytest.mark.parametrize("sign", [1, -1])
def test_a_unit_that_counts_characters_is_found_among_others(wander, sign):
    values = wander(50)
    values[:, 17] = sign * line_position(TEXT) + 0.5 * values[:, 17]
    ranking = rank(values)
    assert ranking.best.unit == 17
    assert sign * ranking.best.held_out > 0.9


def test_units_that_follow_nothing_are_not_beyond_chance(wander):
    ranking = rank(wander(200))
    assert ranking.best is None
    assert abs(ranking.trackers[0].chosen_by) > abs(ranking.trackers[0].held_out)


def test_a_unit_that_follows_only_where_it_is_chosen_does_not_count(wander):
    values, half = wander(20), len(TEXT) // 2
    values[:half, 3] = line_position(TEXT)[:half]
    ranking = rank(values)
    assert ranking.trackers[0].unit == 3
    assert ranking.best is None


def test_correlations_are_those_of_numpy(wander):
    values, half = wander(4), len(TEXT) // 2
    for tracker in rank(values).trackers:
        pair = np.stack([line_position(TEXT), values[:, tracker.unit]])
        assert tracker.chosen_by == pytest.approx(np.corrcoef(pair[:, :half])[0, 1], abs=1e-5)
        assert tracker.held_out == pytest.approx(np.corrcoef(pair[:, half : 2 * half])[0, 1], abs=1e-5)


def test_a_feature_that_the_text_does_not_have_has_no_trackers(wander):
    rankings = rank_units(TEXT, [Quantity("cell", 0.0, wander(4))], FEATURES)
    assert {ranking.feature.name for ranking in rankings if ranking.threshold is None} == {
        "quotes",
        "bracket depth",
        "indentation",
        "capitals",
    }


def test_a_unit_that_never_moves_correlates_with_nothing(wander):
    values = wander(2)
    values[:, 1] = 0.7
    assert [tracker.held_out for tracker in rank(values).trackers if tracker.unit == 1] == [0]


def test_a_short_text_is_refused():
    with pytest.raises(DataError, match="has 5 characters; ranking units needs at least 200"):
        rank_units("hello", [], FEATURES)
