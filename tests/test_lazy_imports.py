import os
import subprocess
import sys
from pathlib import Path

import pytest

import captioner

ROOT = Path(__file__).parent.parent


HEAVY = {"keras", "tensorflow", "numpy", "PIL"}


def loaded_by(code):
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    code = f"import sys; {code}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
    return set(done.stdout.split())


def test_importing_the_package_loads_neither_keras_nor_numpy():
    assert not HEAVY & loaded_by("import captioner, groundwork.console, captioner.formats")


def test_reading_a_recipe_loads_neither_even_if_it_starts_from_a_bundle():
    values = {"data": "a", "output": "b", "start_from": "flickr8k_coco_mobilenetv2_soft"}
    read = f"from captioner.training.recipe_reader import make_recipe; assert make_recipe({values}).start_from"
    assert not HEAVY & loaded_by(read)


@pytest.mark.parametrize("name", captioner.__all__)
def test_each_public_name_is_there(name):
    assert getattr(captioner, name).__name__ == name
    assert name in dir(captioner)


def test_other_names_are_not_there():
    with pytest.raises(AttributeError, match="'captioner' has no attribute 'Painter'"):
        _ = captioner.Painter
