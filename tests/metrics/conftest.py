"""A pycocoevalcap without its jars and a Java that is a Python script, so that calling them is tested without both."""

import importlib
import sys
from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.fixture
def fake_tools(tmp_path, monkeypatch) -> Callable[..., Path]:
    """`fake_tools(program, *files)`: the only Java there is runs `program`; pycocoevalcap has these empty files."""

    def install(program: str | None, *files: str) -> Path:
        package = tmp_path / "site" / "pycocoevalcap"
        for name in files:
            (package / name).parent.mkdir(parents=True, exist_ok=True)
            (package / name).touch()
        monkeypatch.setattr(sys, "path", [str(tmp_path / "site"), *_without_the_package(sys.path)])
        monkeypatch.delitem(sys.modules, "pycocoevalcap", raising=False)
        importlib.invalidate_caches()
        monkeypatch.setenv("JAVA_HOME", str(tmp_path / "java"))
        monkeypatch.setenv("PATH", "")
        if program is not None:
            java = tmp_path / "java" / "bin" / "java"
            java.parent.mkdir(parents=True)
            java.write_text(f"#!{sys.executable}\nimport sys\n{program}\n")
            java.chmod(0o755)
        return package

    return install


def _without_the_package(path: list[str]) -> list[str]:
    return [folder for folder in path if not Path(folder, "pycocoevalcap").exists()]
