import platform
from importlib.metadata import version

import keras

from groundwork import provenance
from groundwork.distribution import Distribution
from groundwork.provenance import describe_devices, versions


def test_versions_are_those_of_python_keras_its_backend_and_what_is_asked_for():
    backend = keras.backend.backend()
    expected = {"python": platform.python_version(), "backend": backend, "numpy": version("numpy")}
    assert versions("numpy") == {**expected, "keras": version("keras"), backend: version(backend)}


def test_without_an_accelerator_the_processor_is_the_device(monkeypatch):
    monkeypatch.setattr(provenance, "accelerators", list)
    described = describe_devices(Distribution())
    assert (described["strategy"], described["replicas"], len(described["devices"])) == ("single", 1, 1)
    assert " core" in described["devices"][0]


def test_the_devices_are_those_that_are_used(monkeypatch):
    monkeypatch.setattr(provenance, "accelerators", lambda: ["H200"] * 4)
    assert describe_devices(Distribution())["devices"] == ["H200"]
    two = {"strategy": "mirrored", "replicas": 2, "devices": ["H200", "H200"]}
    assert describe_devices(Distribution(replicas=2)) == two
    assert describe_devices(Distribution(replicas=8, workers=2))["strategy"] == "multiworker"
