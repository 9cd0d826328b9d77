"""What a stage is trained with."""

from dataclasses import dataclass

from captioner.data.prepared_data import PreparedData
from captioner.models.caption_model import CaptionModel
from captioner.training.folders import StageFolder
from captioner.training.recipe import Recipe
from captioner.training.record import Record
from captioner.training.stage import StageConfig
from captioner.training.stage_images import StageImages
from groundwork.distribution import Distribution


@dataclass(frozen=True)
class StageContext:
    """A stage and all that it works on.

    Attributes:
        recipe: what is wanted of the whole run.
        number: the stage's, from 0.
        model: the whole captioner.
        trainee: the part of it that is trained or runs in training, which shares its weights.
        data: captions and pictures.
        images: what the trainee takes as images.
        record: of the run.
        distribution: the devices; `trainee` was made in its scope.
    """

    recipe: Recipe
    number: int
    model: CaptionModel
    trainee: CaptionModel
    data: PreparedData
    images: StageImages
    record: Record
    distribution: Distribution

    @property
    def stage(self) -> StageConfig:
        """What is wanted of the stage."""
        return self.recipe.stages[self.number]

    @property
    def folder(self) -> StageFolder:
        """Where the stage's files lie."""
        return StageFolder(self.recipe.output_directory / self.stage.name)
