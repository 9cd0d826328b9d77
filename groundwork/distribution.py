"""On which devices a training runs: one, several of one machine, or those of several machines."""

import argparse
import functools
import os
import re
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any

from groundwork.errors import ConfigError, TrainingError, UsageError

STRATEGIES = ("auto", "single", "mirrored", "multiworker")
REPLICA_SEED = 15_485_863  # Any distance that no number of epochs reaches.


def add_strategy_argument(parser: argparse.ArgumentParser) -> None:
    """Gives a training script its `--strategy`."""
    parser.add_argument(
        "--strategy",
        choices=STRATEGIES,
        default="auto",
        help="devices to train on: single, mirrored (all GPUs of this machine), multiworker (all processes that "
        "TF_CONFIG or Slurm name, each started with this command), or auto, which takes what it finds; batch sizes "
        "are those of all devices together, and a run may be resumed on others (default: auto)",
    )


@dataclass(frozen=True)
class Distribution:
    """How a run is executed, which is no part of what it computes: on one device by default.

    Attributes:
        replicas: devices that share a batch.
        is_chief: whether this process writes files; of several workers one does.
        strategy: TensorFlow's strategy; None on one device and on other backends.
        workers: processes, which have equally many of the replicas.
        worker: this one's number.
    """

    replicas: int = 1
    is_chief: bool = True
    strategy: Any = None
    workers: int = 1
    worker: int = 0

    @property
    def own_replicas(self) -> range:
        """The numbers of this process' replicas."""
        count = self.replicas // self.workers
        return range(self.worker * count, (self.worker + 1) * count)

    def scope(self) -> AbstractContextManager:
        """Where models, optimizers and metrics are made and compiled."""
        return nullcontext() if self.strategy is None else self.strategy.scope()

    def check_batch_size(self, batch_size: int, *, whole: bool = False) -> None:
        """Refuses a global batch size that leaves replicas without rows, or with `whole`, without equally many.

        Raises:
            ConfigError: naming both numbers.
        """
        if batch_size < self.replicas:
            raise ConfigError(f"`batch_size` must be at least the number of replicas, {self.replicas}: {batch_size}.")
        if whole and batch_size % self.replicas:
            raise ConfigError(
                f"`batch_size` must be a multiple of the number of replicas, {self.replicas}: {batch_size}."
            )

    def verbosity(self, verbose: int) -> int:
        """`verbose` of the process that reports progress, 0 for the others."""
        return verbose if self.is_chief else 0

    def assign_seed(self, state: Any, seed: int, index: int) -> None:
        """Gives a Keras SeedGenerator's state a seed, which differs from replica to replica, and a position."""
        copies = [state] if self.strategy is None else self.strategy.experimental_local_results(state.value)
        for replica, copy in enumerate(copies, start=self.own_replicas.start):
            copy.assign([seed + REPLICA_SEED * replica, index])

    @contextmanager
    def chief_first(self) -> Iterator[None]:
        """Lets one worker run the block first, and the others when what it has written is there."""
        if not self.is_chief:
            self.barrier()
        yield
        if self.is_chief:
            self.barrier()

    def barrier(self) -> None:
        """Returns when every worker has come here."""
        self._sum(0.0)

    def check_agreement(self, number: int, *, what: str) -> None:
        """Refuses to go on where workers have different numbers.

        Raises:
            TrainingError: they have.
        """
        count, total, squares = (self._sum(float(value)) for value in (1, number, number**2))
        if count * squares != total**2:
            raise TrainingError(
                f"The workers do not agree on {what}, which is {number} here; the run's folder must be one that all "
                f"of them see."
            )

    @contextmanager
    def watch(self) -> Iterator[None]:
        """In this block the loss of another worker is an error in one sentence.

        Raises:
            TrainingError: a worker has gone.
        """
        if self.workers == 1:
            yield
            return
        import tensorflow as tf

        try:
            yield
        except (tf.errors.UnavailableError, tf.errors.AbortedError, tf.errors.CancelledError) as error:
            raise TrainingError(
                "A worker of this run has gone or stopped answering; start all workers again, and the run resumes."
            ) from error

    def _sum(self, value: float) -> float:
        """The sum of a number over the workers."""
        if self.workers == 1:
            return value
        local = self.strategy.experimental_local_results(_sum_over_replicas(self.strategy)(value))
        return float(local[0]) / len(local)


@functools.cache
def _sum_over_replicas(strategy: Any) -> Any:
    """A compiled function from a number of each process to the sum over all replicas."""
    import tensorflow as tf

    def replica_sum(value):
        here = tf.identity(value)  # A value that is on no device cannot be added up.
        return tf.distribute.get_replica_context().all_reduce(tf.distribute.ReduceOp.SUM, here)

    return tf.function(
        lambda value: strategy.run(replica_sum, args=(value,)), input_signature=[tf.TensorSpec((), "float32")]
    )


def make_distribution(strategy: str = "auto") -> Distribution:
    """What `--strategy` asks for; several workers must call this before TensorFlow has computed anything.

    Raises:
        UsageError: the devices or the description of the workers are missing.
    """
    import keras

    if keras.backend.backend() == "jax":
        return _data_parallel(strategy)
    if strategy == "multiworker" or (strategy == "auto" and _names_workers()):
        return _multiworker()
    if strategy == "single":
        return Distribution()
    import tensorflow as tf

    if strategy == "auto" and len(tf.config.list_physical_devices("GPU")) < 2:
        return Distribution()
    devices = tf.config.list_logical_devices("GPU") or tf.config.list_logical_devices("CPU")
    _check_several(len(devices))
    return Distribution(len(devices), True, tf.distribute.MirroredStrategy([device.name for device in devices]))


def _check_several(devices: int) -> None:
    if devices < 2:
        raise UsageError(f"--strategy mirrored needs at least 2 devices, found {devices}; auto takes what there is.")


def _data_parallel(strategy: str) -> Distribution:
    """JAX's one process over all its devices."""
    import keras

    if strategy == "multiworker":
        raise UsageError("--strategy multiworker needs the TensorFlow backend.")
    devices = keras.distribution.list_devices()
    if strategy == "single" or (strategy == "auto" and (len(devices) == 1 or devices[0].startswith("cpu"))):
        return Distribution()
    _check_several(len(devices))
    keras.distribution.set_distribution(keras.distribution.DataParallel(devices=devices))
    return Distribution(len(devices))


# === Several workers ===


def _names_workers() -> bool:
    return bool(os.environ.get("TF_CONFIG")) or int(os.environ.get("SLURM_STEP_NUM_TASKS", "1")) > 1


def _multiworker() -> Distribution:
    if not _names_workers():
        raise UsageError("--strategy multiworker needs the environment variable TF_CONFIG, or a Slurm step of tasks.")
    import tensorflow as tf

    resolver = _resolver()
    strategy = tf.distribute.MultiWorkerMirroredStrategy(cluster_resolver=resolver)
    worker = _position(resolver)
    return Distribution(strategy.num_replicas_in_sync, worker == 0, strategy, _workers(resolver), worker)


def _resolver() -> Any:
    import tensorflow as tf

    if not os.environ.get("TF_CONFIG"):
        return tf.distribute.cluster_resolver.SlurmClusterResolver(**slurm_gpus())
    resolver = tf.distribute.cluster_resolver.TFConfigClusterResolver()
    if not _is_described(resolver):
        raise UsageError(
            'TF_CONFIG must look like {"cluster": {"worker": ["host:port", ...]}, "task": {"type": "worker", "index": '
            f"0}}}}, received {os.environ['TF_CONFIG']}"
        )
    return resolver


def _is_described(resolver: Any) -> bool:
    """Whether the resolver finds a cluster, and this process in it."""
    try:
        return resolver.task_id in range(len(resolver.cluster_spec().as_dict()[resolver.task_type]))
    except (ValueError, TypeError, AttributeError, KeyError):
        return False


def _workers(resolver: Any) -> int:
    return sum(len(tasks) for tasks in resolver.cluster_spec().as_dict().values())


def _position(resolver: Any) -> int:
    """This worker's place among all: a task of the type `chief`, if there is one, stands before the workers."""
    chiefs = len(resolver.cluster_spec().as_dict().get("chief", []))
    return resolver.task_id + (chiefs if resolver.task_type == "worker" else 0)


def slurm_gpus() -> dict[str, Any]:
    """Arguments for TensorFlow's SlurmClusterResolver, which divides a machine's visible GPUs among its tasks.

    Where each task sees fewer GPUs than there are tasks, Slurm has divided them already, or there are none.
    """
    tasks = max(map(int, re.findall(r"(\d+)(?:\(x\d+\))?", os.environ.get("SLURM_STEP_TASKS_PER_NODE", "1"))))
    visible = len([name for name in os.environ.get("CUDA_VISIBLE_DEVICES", "").split(",") if name])
    if visible >= tasks:
        return {"gpus_per_node": visible, "gpus_per_task": visible // tasks}
    return {"gpus_per_node": tasks, "gpus_per_task": 1, "auto_set_gpu": False}
