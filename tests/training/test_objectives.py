from captioner.metrics.scorer import METRICS
from captioner.training.objectives import PREPARE
from captioner.training.stage import MONITORS, OBJECTIVES


def test_every_objective_that_a_recipe_may_name_can_be_prepared():
    assert tuple(PREPARE) == OBJECTIVES


def test_every_score_can_be_monitored():
    assert tuple(name for metric in METRICS.values() for name in metric.score_names) == MONITORS
