"""A stage's training data: captions beside images."""

from captioner.data.batches import CaptionBatches
from captioner.training.stage_context import StageContext


def caption_batches(context: StageContext, kind: type[CaptionBatches] = CaptionBatches) -> CaptionBatches:
    """The training captions as token ids beside their images, in batches of a kind."""
    stage, data = context.stage, context.data
    return kind(
        [[data.vocabulary.encode(caption) for caption in record.captions] for record in data.train],
        context.images.for_training(data.train, stage),
        batch_size=stage.batch_size,
        captions_per_image=stage.captions_per_image,
        max_caption_length=stage.max_caption_length,
        seed=stage.seed,
        ahead=context.images.ahead,
    )
