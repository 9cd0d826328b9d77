"""The images that stages are trained from, cached features where that is possible."""

from collections.abc import Sequence

from captioner.data.pictures import Pictures
from captioner.data.prepared_data import PreparedData
from captioner.models.block_encoder import BlockEncoder
from captioner.training.features import fill_caches
from captioner.training.recipe import Recipe
from captioner.training.stage import StageConfig
from captioner.training.stage_images import CachedImages, PictureImages, StageImages
from groundwork.distribution import Distribution


def stage_images(
    recipe: Recipe, first: int, encoder: BlockEncoder, data: PreparedData, distribution: Distribution
) -> StageImages:
    """The pictures for a stage, or their features, computed if not on disk, with those for the stages after it.

    Args:
        recipe: its stages.
        first: the stage's number, from 0.
        encoder: with the weights that the stage begins with.
        data: the pictures.
        distribution: one of several workers computes, the others wait.
    """
    stages = recipe.stages[first:]
    if stages[0].is_live:
        return PictureImages(data.pictures or Pictures())
    with distribution.watch(), distribution.chief_first():
        caches = fill_caches(
            encoder,
            data.paths,
            recipe.features_directory,
            cuts=known_cuts(stages),
            mirrored=stages[0].mirror,
            pictures=data.pictures,
        )
    return CachedImages(caches[stages[0].cut])


def known_cuts(stages: Sequence[StageConfig]) -> list[str | None]:
    """Where the first stage cuts the CNN, and those after it that will find the same weights before their cuts.

    A stage leaves blocks before its own cut as they are, so a later stage's features may be computed now if it is cut
    at that block or before, and if it wants the same views of the pictures.
    """
    cuts: dict[str | None, None] = {}
    trained = ""  # The first block that an earlier stage trains.
    for stage in stages:
        unchanged = not trained or (stage.cut is not None and stage.cut <= trained)
        if unchanged and not stage.is_live and stage.mirror == stages[0].mirror:
            cuts[stage.cut] = None
        if stage.cut is not None:
            trained = min(trained or stage.cut, stage.cut)
    return list(cuts)
