import argparse
import json

import pytest

from groundwork.distribution import Distribution, add_strategy_argument, make_distribution, slurm_gpus
from groundwork.errors import ConfigError, TrainingError, UsageError


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch):
    for name in ("TF_CONFIG", "SLURM_STEP_NUM_TASKS", "SLURM_STEP_TASKS_PER_NODE", "CUDA_VISIBLE_DEVICES"):
        monkeypatch.delenv(name, raising=False)


def test_one_device_is_the_default():
    assert make_distribution("auto") == make_distribution("single") == Distribution()


def test_auto_is_what_a_script_takes():
    parser = argparse.ArgumentParser()
    add_strategy_argument(parser)
    assert parser.parse_args([]).strategy == "auto"


def test_mirroring_needs_devices():
    with pytest.raises(UsageError, match="needs at least 2 devices, found 1"):
        make_distribution("mirrored")


def test_workers_need_a_description():
    with pytest.raises(UsageError, match="needs the environment variable TF_CONFIG"):
        make_distribution("multiworker")


@pytest.mark.parametrize("description", ["{", "{}", "[]", '{"cluster": {"worker": ["a:1", "b:1"]}}'])
@pytest.mark.parametrize("strategy", ["auto", "multiworker"])
def test_a_wrong_description_of_the_workers_is_one_sentence(monkeypatch, strategy, description):
    monkeypatch.setenv("TF_CONFIG", description)
    with pytest.raises(UsageError, match="TF_CONFIG must look like"):
        make_distribution(strategy)


def test_a_worker_that_the_cluster_lacks_is_one_sentence(monkeypatch):
    description = {"cluster": {"worker": ["a:1", "b:1"]}, "task": {"type": "worker", "index": 2}}
    monkeypatch.setenv("TF_CONFIG", json.dumps(description))
    with pytest.raises(UsageError, match="TF_CONFIG must look like"):
        make_distribution("auto")


def test_a_batch_smaller_than_the_replicas_is_refused_with_both_numbers():
    with pytest.raises(ConfigError, match="at least the number of replicas, 4: 3"):
        Distribution(replicas=4).check_batch_size(3)
    Distribution(replicas=4).check_batch_size(5)


def test_a_carried_state_needs_equal_parts():
    with pytest.raises(ConfigError, match="a multiple of the number of replicas, 4: 6"):
        Distribution(replicas=4).check_batch_size(6, whole=True)
    Distribution(replicas=4).check_batch_size(8, whole=True)


@pytest.mark.parametrize(
    ("tasks", "visible", "expected"),
    [
        ("4(x2)", "0,1,2,3", {"gpus_per_node": 4, "gpus_per_task": 1}),
        ("2,1", "0,1,2,3", {"gpus_per_node": 4, "gpus_per_task": 2}),
        ("4(x2)", "3", {"gpus_per_node": 4, "gpus_per_task": 1, "auto_set_gpu": False}),  # divided by Slurm
        ("2(x12)", "", {"gpus_per_node": 2, "gpus_per_task": 1, "auto_set_gpu": False}),  # no GPU
    ],
)
def test_tasks_of_a_slurm_node_share_its_gpus(monkeypatch, tasks, visible, expected):
    monkeypatch.setenv("SLURM_STEP_TASKS_PER_NODE", tasks)
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
    assert slurm_gpus() == expected


def test_slurm_tasks_find_each_other(monkeypatch):
    import tensorflow as tf

    variables = {"PROCID": "2", "STEP_NUM_TASKS": "4", "STEP_NODELIST": "n[1-2]", "STEP_TASKS_PER_NODE": "2(x2)"}
    for name, value in variables.items():
        monkeypatch.setenv(f"SLURM_{name}", value)
    resolver = tf.distribute.cluster_resolver.SlurmClusterResolver(**slurm_gpus())
    assert resolver.cluster_spec().as_dict() == {"worker": ["n1:8888", "n1:8889", "n2:8888", "n2:8889"]}
    assert resolver.get_task_info() == ("worker", 2)


def test_one_process_agrees_with_itself():
    Distribution().check_agreement(3, what="the first epoch")


def test_workers_that_disagree_stop(monkeypatch):
    """Two workers, of which the other one begins at epoch 0."""
    sums = iter([2.0, 3.0, 9.0])
    monkeypatch.setattr(Distribution, "_sum", lambda self, value: next(sums))
    with pytest.raises(TrainingError, match="do not agree on the first epoch, which is 3 here"):
        Distribution(workers=2).check_agreement(3, what="the first epoch")
