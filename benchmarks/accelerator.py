"""What Keras' backend computes on."""

import os
from typing import Any

from groundwork.errors import ApplicationError

NO_GPU = "{backend} sees no GPU: measure on a machine that has one, or try tiny sizes on the CPU with --anyway."


def gpus() -> list[str]:
    """Names of the GPUs that the backend sees, as their maker calls them."""
    import keras

    if keras.backend.backend() == "jax":
        import jax

        return [device.device_kind for device in jax.devices() if device.platform == "gpu"]
    import tensorflow as tf

    details = map(tf.config.experimental.get_device_details, tf.config.list_physical_devices("GPU"))
    return [device.get("device_name", "GPU") for device in details]


def require_gpu(*, anyway: bool) -> None:
    """Stops a measurement that would tell nothing.

    Raises:
        ApplicationError: there is no GPU, and the user has not asked to do without.
    """
    import keras

    if not anyway and not gpus():
        raise ApplicationError(NO_GPU.format(backend=keras.backend.backend()))


def accelerator_conditions() -> dict[str, Any]:
    """The device, the backend and its version where it is not TensorFlow."""
    import keras

    backend = keras.backend.backend()
    facts = {"device": ", ".join(gpus()) or f"{os.cpu_count()} CPUs", "backend": backend}
    if backend == "jax":
        import jax

        facts["jax"] = jax.__version__
    return facts
