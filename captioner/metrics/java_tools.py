"""The official Java scorers inside the PyPI package pycocoevalcap: what is missing to run them, and running them."""

import os
import shutil
import subprocess
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from captioner.errors import MetricError

PACKAGE = "pycocoevalcap"
ADVICE = "pip install -r requirements-java.txt"


def find_java() -> str | None:
    """The Java command: of JAVA_HOME if that is set and has one, otherwise the first on the PATH."""
    home = os.environ.get("JAVA_HOME")
    return (shutil.which("java", path=os.path.join(home, "bin")) if home else None) or shutil.which("java")


def find_tool(name: str) -> Path | None:
    """A file inside pycocoevalcap, which is not imported for this; None if the package or the file is missing."""
    package = find_spec(PACKAGE)
    folders = package.submodule_search_locations if package is not None else None
    found = [Path(folder, name) for folder in folders or () if Path(folder, name).is_file()]
    return found[0].absolute() if found else None


def what_is_missing(name: str) -> str | None:
    """Why the jar of this name cannot be run, as the second half of a sentence; None if nothing is missing."""
    if find_tool(name) is None:
        return f"it needs Java and the package {PACKAGE}, which is not installed ({ADVICE})"
    if find_java() is None:
        return f"it needs Java, which is not installed or not on the PATH ({PACKAGE} is there)"
    return None


def run_jar(name: str, arguments: Sequence[str], *, memory: str, text: str = "") -> str:
    """Runs a jar of pycocoevalcap with `text` on its standard input, and returns its standard output.

    Args:
        name: the jar's path inside the package.
        arguments: for the program in the jar.
        memory: the most that Java may take, for example `2G`.
        text: no more than this is sent; lone surrogates, which UTF-8 cannot express, become question marks.

    Raises:
        MetricError: the jar or Java is missing, or the program fails; with the first line of what it says.
    """
    jar, java = find_tool(name), find_java()
    if jar is None or java is None:
        raise MetricError(f"{name} cannot be run: {what_is_missing(name)}.")
    command = [java, f"-Xmx{memory}", "-Dfile.encoding=UTF-8", "-jar", jar.name, *arguments]
    try:
        # Both tools look for their data beside the jar.
        done = subprocess.run(command, cwd=jar.parent, input=text.encode("utf-8", "replace"), capture_output=True)
    except OSError as error:
        raise MetricError(f"{java} cannot be run: {error.strerror or error}.") from error
    if done.returncode:
        raise MetricError(f"{jar.name} ended with exit status {done.returncode}: {_first_line(done.stderr)}")
    return done.stdout.decode("utf-8", "replace")


def _first_line(message: bytes) -> str:
    lines = message.decode("utf-8", "replace").strip().splitlines()
    return f"{lines[0].strip().rstrip('.')}." if lines else "it does not say why."
