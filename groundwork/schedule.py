"""The schedule of an optimizer's step size."""

import math

import keras
from keras import ops


class WarmupCosine(keras.optimizers.schedules.LearningRateSchedule):
    """From zero to `peak` in a straight line, then down to zero along half a cosine.

    Loshchilov & Hutter 2017 (arXiv:1608.03983), equation 5, without restarts.

    Args:
        peak: largest learning rate.
        warmup_steps: steps until it is reached.
        total_steps: steps of the whole training.
    """

    def __init__(self, peak: float, *, warmup_steps: int, total_steps: int):
        self.peak = peak
        self.warmup_steps = warmup_steps
        self.total_steps = total_steps

    def __call__(self, step):
        step = ops.cast(step, "float32")
        rising = (step + 1) / max(self.warmup_steps, 1)
        progress = (step - self.warmup_steps) / max(self.total_steps - self.warmup_steps, 1)
        falling = (1 + ops.cos(math.pi * ops.clip(progress, 0, 1))) / 2
        return self.peak * ops.minimum(rising, falling)

    def get_config(self):
        return {"peak": self.peak, "warmup_steps": self.warmup_steps, "total_steps": self.total_steps}
