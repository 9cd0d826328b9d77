"""The optimizer of all language models."""

from groundwork.schedule import WarmupCosine
from language_models.char_config import CharConfig
from language_models.clipped_adam import ClippedAdam
from language_models.sentiment_config import SentimentConfig


def make_optimizer(config: CharConfig | SentimentConfig, *, steps: int, clip_value: float = 0.0) -> ClippedAdam:
    """AdamW with warm-up and cosine; biases, vectors of words and characters, and normalisation are not decayed.

    Args:
        config: step size, decay, clipping to a norm, running average.
        steps: of a pass.
        clip_value: see `ClippedAdam`.
    """
    schedule = WarmupCosine(
        config.learning_rate, warmup_steps=round(config.warmup_epochs * steps), total_steps=config.epochs * steps
    )
    optimizer = ClippedAdam(
        schedule,
        clip_value=clip_value,
        global_clipnorm=config.clip_norm or None,
        weight_decay=config.weight_decay,
        use_ema=config.ema_momentum > 0,
        ema_momentum=config.ema_momentum or 0.99,
    )
    optimizer.exclude_from_weight_decay(var_names=["bias", "embeddings", "gamma", "beta"])
    return optimizer
