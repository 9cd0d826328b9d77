from captioner.training.stage import StageConfig
from captioner.training.stage_features import known_cuts


def cuts(*blocks, **options):
    return known_cuts(
        [StageConfig(name=f"s{index}", train_from=block, **options) for index, block in enumerate(blocks)]
    )


def test_features_of_stages_with_the_same_untrained_blocks_are_computed_together():
    assert cuts("none", "none", "block5", "block4") == [None, "block5", "block4"]


def test_features_behind_a_trained_block_wait_for_its_weights():
    assert cuts("none", "block4", "block5", "none", "block3") == [None, "block4", "block3"]
    assert cuts("block5", "none") == ["block5"]


def test_features_of_other_views_wait_for_their_stage():
    stages = [StageConfig(name="a"), StageConfig(name="b", mirror=True, train_from="block5")]
    assert known_cuts(stages) == [None]
