"""A stage's training data: captions beside images."""

from captioner.data.batches import CaptionBatches
from captioner.training.stage_context import StageContext
from groundwork.rows import worker_rows


def caption_batches(context: StageContext, kind: type[CaptionBatches] = CaptionBatches) -> CaptionBatches:
    """The training captions as token ids beside their images, in batches of a kind."""
    stage, data, distribution = context.stage, context.data, context.distribution
    return kind(
        [[data.vocabulary.encode(caption) for caption in record.captions] for record in data.train],
        context.images.for_training(data.train, stage),
        batch_size=stage.batch_size,
        captions_per_image=stage.captions_per_image,
        max_caption_length=stage.max_caption_length,
        seed=stage.seed,
        own_rows=lambda rows: worker_rows(rows, distribution.own_replicas, distribution.replicas),
        ahead=context.images.ahead,
    )
