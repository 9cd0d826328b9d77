"""What a computation ran on, for its record: software, devices, strategy."""

import os
import platform
from importlib.metadata import version
from pathlib import Path
from typing import Any

import keras

from groundwork.distribution import Distribution


def versions(*packages: str) -> dict[str, str]:
    """Versions of Python, of Keras and its backend by their names, and of other packages."""
    backend = keras.backend.backend()
    names = dict.fromkeys([*packages, "keras", backend])
    return {"python": platform.python_version(), "backend": backend, **{name: version(name) for name in names}}


def describe_devices(distribution: Distribution) -> dict[str, Any]:
    """The strategy's name, the number of replicas, and the names of this process' devices that are used."""
    strategy = "multiworker" if distribution.workers > 1 else "mirrored" if distribution.replicas > 1 else "single"
    names = accelerators()[: distribution.replicas] or [processor()]
    return {"strategy": strategy, "replicas": distribution.replicas, "devices": names}


def accelerators() -> list[str]:
    """Names of the GPUs and the like that Keras sees, as their drivers tell them; empty if there are none."""
    if keras.backend.backend() == "jax":
        import jax

        return [device.device_kind for device in jax.local_devices() if device.platform != "cpu"]
    import tensorflow as tf

    details = [tf.config.experimental.get_device_details(gpu) for gpu in tf.config.list_physical_devices("GPU")]
    return [detail.get("device_name", "GPU") for detail in details]


def processor() -> str:
    """The CPU's name and how many of its cores there are."""
    cores = os.cpu_count() or 1
    return f"{_processor_name()}, {cores} core{'' if cores == 1 else 's'}"


def _processor_name() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:  # Another system than Linux.
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()
