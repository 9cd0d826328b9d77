"""Adam with a slower step for the encoder than for the decoder, and the schedule of its step size."""

import math
from collections.abc import Iterable

import keras
from keras import ops


class TwoRateAdam(keras.optimizers.Adam):
    """Adam that moves a given set of variables by a fraction of the step of the others.

    A pretrained CNN needs steps an order of magnitude below the decoder's (neuraltalk2 trains with 1e-5 beside 4e-4).
    Scaling its gradients would not do, since Adam divides by their size.

    Args:
        slow_variables: those that move slowly.
        slow_rate: the fraction.
    """

    def __init__(self, *args, slow_variables: Iterable[keras.Variable] = (), slow_rate: float = 1.0, **kwargs):
        super().__init__(*args, **kwargs)
        self.slow_rate = slow_rate
        self._slow_variables = list(slow_variables)

    def build(self, variables):
        super().build(variables)
        self._slow_indices = {self._get_variable_index(variable) for variable in self._slow_variables}

    def update_step(self, gradient, variable, learning_rate):
        slow = self._get_variable_index(variable) in self._slow_indices
        super().update_step(gradient, variable, learning_rate * self.slow_rate if slow else learning_rate)


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
