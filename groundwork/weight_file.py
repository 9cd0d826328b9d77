"""Weights on disk in 8 or 16 bits, under names that do not depend on a Keras version."""

from collections.abc import Collection, Mapping
from pathlib import Path

import h5py
import numpy as np

from groundwork.errors import BundleError
from groundwork.files import atomic_path

# Below this size a scale per channel saves nothing worth its rounding error.
LEAST_8BIT_SIZE = 4096

_TWICE_THE_BITS = {"8bit": "float16", "float16": "float32", "float32": "float32"}


def write_weights(
    path: str | Path, weights: Mapping[str, np.ndarray], *, precision: str, finer: Collection[str] = ()
) -> None:
    """Writes named arrays to HDF5.

    Args:
        path: the file, replaced atomically.
        weights: name to array.
        precision: `"float32"` and `"float16"` store arrays as such. `"8bit"` stores matrices and convolution kernels
            as int8 with one float32 scale per output channel, w = scale * q with q in -127..127, the rest as float16.
        finer: names of arrays that get twice the bits of the others, though never more than 32.
    """
    # Files of HDF5 1.6 hold no attribute above 64 KiB, such as the scales of a large vocabulary.
    with atomic_path(path) as temporary, h5py.File(temporary, "w", libver=("v108", "v110")) as file:
        for name, array in weights.items():
            bits = _TWICE_THE_BITS[precision] if name in finer else precision
            if bits == "8bit" and array.ndim > 1 and array.size >= LEAST_8BIT_SIZE:
                axis = output_axis(name)
                values, scale = quantize(array, axis=axis)
                file.create_dataset(name, data=values).attrs["scale"] = scale
            else:
                file[name] = array.astype(np.float32 if bits == "float32" else np.float16)


def read_weights(path: str | Path) -> dict[str, np.ndarray]:
    """All arrays of a file as float32 by name.

    Raises:
        BundleError: the file is missing or is not HDF5.
    """
    weights: dict[str, np.ndarray] = {}

    def collect(name: str, item: h5py.Dataset | h5py.Group) -> None:
        if isinstance(item, h5py.Dataset):
            scale = item.attrs.get("scale", np.float32(1))
            weights[name] = item[()].astype(np.float32)
            weights[name] *= scale

    try:
        with h5py.File(path, "r") as file:
            file.visititems(collect)
    except OSError as error:
        raise BundleError(f"The weight file {path} is missing or damaged.") from error
    return weights


def quantize(array: np.ndarray, *, axis: int) -> tuple[np.ndarray, np.ndarray]:
    """Symmetric 8-bit values and a float32 scale for each index of `axis`, shaped to broadcast against them."""
    others = tuple(other for other in range(array.ndim) if other != axis % array.ndim)
    largest = np.abs(array).max(axis=others, keepdims=True).astype(np.float32)
    scale = np.where(largest > 0, largest / 127, 1).astype(np.float32)
    return np.rint(array / scale).astype(np.int8), scale


def output_axis(name: str) -> int:
    """The axis of output channels: the words of an embedding matrix, the last one of any other kernel."""
    return 0 if name.endswith("/embeddings") else -1
