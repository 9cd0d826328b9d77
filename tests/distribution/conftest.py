"""The runs of runs.py, each in the processes it needs, started once and side by side for all tests of this folder."""

import importlib.util
import json
import os
import socket
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import keras
import pytest

from captioner.bundle import save_bundle
from captioner.config import DecodingConfig, NetworkConfig
from captioner.data.vocabulary import Vocabulary
from groundwork.distribution import Distribution

RUNS = Path(__file__).parent / "runs.py"
ROOT = Path(__file__).parent.parent.parent
ON_REPLICAS = ("words", "captioner", "characters", "sentiment", "accumulated", "overflow")
PATIENCE = 1800  # seconds for a process; on two idle cores all of them together take some 100


def runs_module():
    if str(RUNS.parent) not in sys.path:
        sys.path.insert(0, str(RUNS.parent))  # As in the processes that run it.
    spec = importlib.util.spec_from_file_location("runs", RUNS)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@dataclass
class Ended:
    """A process that has ended."""

    pid: int
    status: int
    errors: str


@dataclass
class Runs:
    """Where the runs' files lie, `folder/strategy/run`, and how the workers ended that were disturbed."""

    folder: Path
    survivor: Ended | None = None
    chiefs: list[int] = field(default_factory=list)


@pytest.fixture(scope="session")
def runs(tmp_path_factory) -> Runs:
    """All runs on TensorFlow: here on one device, elsewhere on two replicas and by two workers, one of them killed."""
    module, folder = runs_module(), tmp_path_factory.mktemp("runs")
    module.write_data(folder / "data")
    mirrored = start(folder, "mirrored", 2, "masks", "self_critical", *ON_REPLICAS)
    workers = start_workers(folder, "frozen", stop={"STOP_AFTER_EPOCH": "1"})
    for name in (*ON_REPLICAS, "live"):
        module.RUNS[name](folder / "data", folder / "single" / name, Distribution())
    survivor, _ = (end(worker) for worker in workers)
    resumed = [end(worker) for worker in start_workers(folder, "frozen", "live", "words", "self_critical")]
    check(end(mirrored), *resumed)
    return Runs(folder, survivor, [survivor.pid, resumed[0].pid])


@pytest.fixture
def load_runs():
    """`load_runs()`: runs.py as a module."""
    return runs_module


@pytest.fixture(scope="session")
def jax_folder(tmp_path_factory) -> Path:
    """The runs on JAX, on two devices."""
    pytest.importorskip("jax")
    module, folder = runs_module(), tmp_path_factory.mktemp("jax")
    module.write_data(folder / "data")
    keras.utils.set_random_seed(1)
    vocabulary = Vocabulary.load(folder / "data" / "vocabulary.txt")
    save_bundle(
        module.tiny_captioner(NetworkConfig(tie_embeddings=False), vocabulary, DecodingConfig(max_length=6)),
        folder / "data" / "bundle",
    )
    flags = f"{os.environ['XLA_FLAGS']} --xla_force_host_platform_device_count=2"
    environment = {"KERAS_BACKEND": "jax", "XLA_FLAGS": flags}
    names = ("frozen", "bundles", "self_critical", "accumulated", "overflow", "policies")
    check(end(start(folder, "mirrored", 2, *names, **environment)))
    return folder


def start(folder: Path, strategy: str, cpus: int, *names: str, **environment: str) -> subprocess.Popen:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "CUDA_VISIBLE_DEVICES": "-1", **environment}
    command = [sys.executable, str(RUNS), str(folder), strategy, str(cpus), *names]
    return subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)


def start_workers(folder: Path, *names: str, stop: dict[str, str] | None = None) -> list[subprocess.Popen]:
    """Two workers; the second one with `stop` in its environment."""
    cluster = {"worker": [f"127.0.0.1:{port}" for port in free_ports(2)]}
    configs = [json.dumps({"cluster": cluster, "task": {"type": "worker", "index": index}}) for index in range(2)]
    extra: list[dict[str, str]] = [{}, stop or {}]
    return [
        start(folder, "multiworker", 1, *names, TF_CONFIG=config, **more)
        for config, more in zip(configs, extra, strict=True)
    ]


def free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


def end(process: subprocess.Popen) -> Ended:
    try:
        _, errors = process.communicate(timeout=PATIENCE)
    finally:
        process.kill()
    return Ended(process.pid, process.returncode, errors)


def check(*ended: Ended) -> None:
    for process in ended:
        if process.status:
            pytest.fail(f"A run ended with status {process.status}:\n{process.errors[-4000:]}")
