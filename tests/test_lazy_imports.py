import os
import subprocess
import sys
from pathlib import Path

import pytest

import captioner

ROOT = Path(__file__).parent.parent


def test_importing_the_package_loads_neither_keras_nor_numpy():
    modules = "captioner, groundwork.console, captioner.formats, captioner.training.recipe_reader"
    code = f"import sys, {modules}; print(*sys.modules)"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
    assert not {"keras", "tensorflow", "numpy", "PIL"} & set(loaded.stdout.split())


@pytest.mark.parametrize("name", captioner.__all__)
def test_each_public_name_is_there(name):
    assert getattr(captioner, name).__name__ == name
    assert name in dir(captioner)


def test_other_names_are_not_there():
    with pytest.raises(AttributeError, match="'captioner' has no attribute 'Painter'"):
        _ = captioner.Painter
