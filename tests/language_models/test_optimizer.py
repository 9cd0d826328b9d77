from language_models.char_config import CharConfig
from language_models.optimizer import make_optimizer
from language_models.sentiment_config import SentimentConfig


def test_both_kinds_of_clipping_are_set():
    optimizer = make_optimizer(CharConfig(clip_norm=2.0), steps=10, clip_value=0.5)
    assert (optimizer.clip_value, optimizer.global_clipnorm) == (0.5, 2.0)


def test_a_norm_of_0_does_not_clip():
    optimizer = make_optimizer(SentimentConfig(clip_norm=0.0), steps=10)
    assert (optimizer.clip_value, optimizer.global_clipnorm) == (0.0, None)
