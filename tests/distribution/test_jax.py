import csv

import numpy as np
import pytest


def test_jax_trains_on_two_devices_what_another_backend_goes_on_with(jax_folder):
    run = jax_folder / "mirrored/frozen"
    with (run / "frozen/log.csv").open() as file:
        losses = [float(row["loss"]) for row in csv.DictReader(file)]
    assert len(losses) == 2
    assert losses[1] < losses[0]


@pytest.mark.parametrize(("name", "bundle"), [("given", "data/bundle"), ("trained", "mirrored/frozen/bundle")])
def test_a_bundle_says_the_same_on_jax_and_here(jax_folder, load_runs, tmp_path, name, bundle):
    load_runs().answer(jax_folder / bundle, tmp_path / "here.npz")
    with np.load(tmp_path / "here.npz") as here, np.load(jax_folder / f"mirrored/bundles/{name}.npz") as there:
        assert here["captions"].tolist() == there["captions"].tolist()
        np.testing.assert_allclose(here["logits"], there["logits"], atol=1e-4)
