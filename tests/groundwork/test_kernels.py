import os
import platform

import pytest

from groundwork.kernels import use_onednn


@pytest.mark.parametrize(
    ("machine", "before", "after"),
    [("x86_64", None, "1"), ("AMD64", None, "1"), ("x86_64", "0", "0"), ("aarch64", None, None)],
)
def test_onednn_is_asked_for_where_it_helps_and_nobody_chose_otherwise(monkeypatch, machine, before, after):
    monkeypatch.setattr(platform, "machine", lambda: machine)
    monkeypatch.setenv("TF_ENABLE_ONEDNN_OPTS", "")  # So that the old value comes back after the test.
    monkeypatch.delenv("TF_ENABLE_ONEDNN_OPTS")
    if before is not None:
        monkeypatch.setenv("TF_ENABLE_ONEDNN_OPTS", before)
    use_onednn()
    assert os.environ.get("TF_ENABLE_ONEDNN_OPTS") == after
