import importlib

import numpy as np
import pytest

from captioner.data.vocabulary import PAD_ID


def read(path):
    with np.load(path) as stored:
        return [stored[name] for name in stored.files]


@pytest.fixture
def check_step(load_runs, gradients_of, log_probability):
    """`check_step(folder, strategy)`: the step of a run was REINFORCE over all that its devices drew."""
    load_runs()  # Their folder can then be imported from.
    module = importlib.import_module("self_critical_runs")

    def check(folder, strategy):
        run = folder / strategy / "self_critical"
        captioner = module.captioner()
        drawn = dict(
            pair
            for path in sorted(run.glob("drawn-*.npz"))
            for pair in reversed(list(zip(*read(path), strict=True)))  # Of a row and its copy the first counts.
        )
        assert sorted(drawn) == [0, 1, 2]
        before, after = read(run / "before.npz"), read(run / "after.npz")
        for variable, value in zip(captioner.trainable_variables, before, strict=True):
            variable.assign(value)

        def loss():
            total = 0.0
            for image, token_ids in drawn.items():
                rewards = module.word_reward(np.array([image]), token_ids[None])
                for row, value in zip(token_ids, rewards, strict=True):
                    caption = [int(token) for token in row if token != PAD_ID]
                    advantage = value - (rewards.sum() - value) / (len(rewards) - 1)
                    picture = module.ThreeImages.images[image]
                    total -= advantage * log_probability(captioner, picture, caption, max_length=module.MAX_LENGTH)
            return total / (3 * len(rewards))

        gradients = gradients_of(captioner.trainable_variables, loss)
        assert max(np.abs(gradient).max() for gradient in gradients) > 0.01
        for old, new, gradient in zip(before, after, gradients, strict=True):
            np.testing.assert_allclose(old - new, module.RATE * np.asarray(gradient), atol=1e-5)

    return check


@pytest.mark.parametrize("strategy", ["mirrored", "multiworker"])
def test_devices_take_one_step_over_all_that_they_drew(runs, check_step, strategy):
    check_step(runs.folder, strategy)


def test_devices_of_jax_take_one_step_over_all_that_they_drew(jax_folder, check_step):
    check_step(jax_folder, "mirrored")
