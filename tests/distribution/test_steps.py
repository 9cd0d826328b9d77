"""How a step is computed: in parts, in 16 bits; on one device, on two replicas, and on JAX's two devices."""

import json

import numpy as np
import pytest


def arrays(path):
    with np.load(path) as stored:
        return [stored[name] for name in stored.files]


def check_equal(path, expected):
    for value, other in zip(arrays(path), arrays(expected), strict=True):
        np.testing.assert_allclose(value, other, atol=1e-5)


def check_overflow(path):
    """Steps are left out on all replicas or on none, with a lower scale, until the scale fits."""
    scale, steps, digests = 2.0**22, 0, None
    for next_scale, next_steps, is_finite, next_digests in json.loads(path.read_text()):
        assert is_finite
        assert len(set(next_digests)) == 1
        assert (next_scale, next_steps) in ((scale / 2, steps), (scale, steps + 1))
        if digests is not None:
            assert (next_digests == digests) == (next_steps == steps)
        scale, steps, digests = next_scale, next_steps, next_digests
    assert steps > 0
    assert scale < 2.0**22


def test_two_replicas_in_parts_take_the_steps_of_one_device(runs):
    whole = runs.folder / "single/accumulated/1.npz"
    for run in ("single/accumulated/3.npz", "mirrored/accumulated/1.npz", "mirrored/accumulated/3.npz"):
        check_equal(runs.folder / run, whole)


@pytest.mark.parametrize("strategy", ["single", "mirrored"])
def test_an_overflow_on_one_replica_is_left_out_on_all(runs, strategy):
    check_overflow(runs.folder / strategy / "overflow/steps.json")


def test_jax_takes_the_same_steps_in_parts(jax_folder):
    check_equal(jax_folder / "mirrored/accumulated/3.npz", jax_folder / "mirrored/accumulated/1.npz")


def test_an_overflow_is_left_out_on_jax(jax_folder):
    check_overflow(jax_folder / "mirrored/overflow/steps.json")


@pytest.mark.parametrize("policy", ["mixed_bfloat16", "mixed_float16"])
def test_jax_learns_in_16_bits_as_in_32(jax_folder, policy):
    losses = json.loads((jax_folder / "mirrored/policies/losses.json").read_text())
    assert losses["float32"][-1] < losses["float32"][0] - 0.1
    np.testing.assert_allclose(losses[policy], losses["float32"], atol=0.02)
