import keras
import numpy as np

from captioner.training.optimizer import TwoRateAdam
from groundwork.schedule import WarmupCosine


def test_slow_variables_move_by_the_fraction():
    fast, slow = keras.Variable([0.0]), keras.Variable([0.0])
    optimizer = TwoRateAdam(0.1, slow_variables=[slow], slow_rate=0.01)
    optimizer.build([fast, slow])
    optimizer.apply([np.float32([2.0]), np.float32([2.0])])
    np.testing.assert_allclose(fast, [-0.1], rtol=1e-4)
    np.testing.assert_allclose(slow, [-0.001], rtol=1e-4)


def test_the_step_size_rises_and_falls():
    schedule = WarmupCosine(2.0, warmup_steps=4, total_steps=12)
    rates = [float(schedule(step)) for step in (0, 1, 3, 4, 8, 12, 20)]
    np.testing.assert_allclose(rates, [0.5, 1.0, 2.0, 2.0, 1.0, 0.0, 0.0], atol=1e-6)


def test_without_warmup_it_starts_at_the_peak():
    assert float(WarmupCosine(2.0, warmup_steps=0, total_steps=10)(0)) == 2.0
