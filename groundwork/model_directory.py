"""What the directories of all trained models have in common: written whole or not at all, weights that fit by name."""

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from groundwork.errors import BundleError

if TYPE_CHECKING:
    import keras


@contextmanager
def draft_of(directory: str | Path) -> Iterator[Path]:
    """A folder to write a model to, which takes the directory's place when the block ends; until then an older model
    in that place stays whole.

    Raises:
        BundleError: something else than a model directory stands there; it is left as it is.
    """
    target = Path(directory)
    if target.exists() and not (target.is_dir() and ((target / "config.json").is_file() or not any(target.iterdir()))):
        raise BundleError(f"{target} exists and is not a model directory; it is left as it is.")
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{target.name}.", dir=target.parent) as folder:
        draft = Path(folder, "bundle")
        yield draft
        if target.exists():
            target.rename(Path(folder, "previous"))
        draft.rename(target)


def assign_by_name(
    variables: "Mapping[str, keras.Variable]", weights: Mapping[str, np.ndarray], *, source: Path
) -> None:
    """Gives variables the weights of the same names; nothing is changed unless all names and shapes fit.

    Args:
        source: where the weights come from, for errors.

    Raises:
        BundleError: a name is missing or unknown, or a shape differs.
    """
    for name in sorted(variables.keys() ^ weights.keys()):
        lacks = "has an unknown" if name in weights else "lacks"
        raise BundleError(f"{source} belongs to another network: it {lacks} {name}.")
    for name, variable in variables.items():
        if tuple(variable.shape) != weights[name].shape:
            raise BundleError(
                f"{source} belongs to another network: {name} has the shape {weights[name].shape}, expected "
                f"{tuple(variable.shape)}."
            )
    for name, variable in variables.items():
        variable.assign(weights[name])
