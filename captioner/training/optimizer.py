"""Adam with a slower step for the encoder than for the decoder, as a stage asks for it."""

from collections.abc import Iterable

import keras

from captioner.models.caption_model import CaptionModel
from captioner.training.precision import scaled_for
from captioner.training.stage import StageConfig
from groundwork.dense_gradients import dense
from groundwork.schedule import WarmupCosine


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
        # Not the variables, which Keras would take for state of the optimizer, and JAX for the same array twice.
        self._slow_keys = {self._var_key(variable) for variable in slow_variables}

    def build(self, variables):
        super().build(variables)
        self._is_slow = [self._var_key(variable) in self._slow_keys for variable in variables]

    def apply(self, grads, trainable_variables=None):
        return super().apply(dense(grads), trainable_variables)

    def update_step(self, gradient, variable, learning_rate):
        slow = self._is_slow[self._get_variable_index(variable)]
        super().update_step(gradient, variable, learning_rate * self.slow_rate if slow else learning_rate)


def make_optimizer(stage: StageConfig, trainee: CaptionModel, *, steps: int) -> keras.optimizers.Optimizer:
    """Adam with warm-up and cosine, clipped by global norm, with a running average of the weights if asked for.

    Args:
        stage: rates, schedule and the rest.
        trainee: the captioner whose encoder moves slowly.
        steps: steps of an epoch.
    """
    schedule = WarmupCosine(
        stage.learning_rate, warmup_steps=round(stage.warmup_epochs * steps), total_steps=stage.epochs * steps
    )
    adam = TwoRateAdam(
        schedule,
        slow_variables=trainee.encoder.trainable_variables,
        slow_rate=stage.encoder_rate / stage.learning_rate,
        weight_decay=stage.weight_decay or None,
        global_clipnorm=stage.clip_norm,
        use_ema=stage.ema_momentum > 0,
        ema_momentum=stage.ema_momentum,
    )
    return scaled_for(stage.compute, adam)
