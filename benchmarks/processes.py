"""Child processes: one that runs to its end, and one that measures something each time it is asked."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any, cast

from groundwork.errors import ApplicationError

ROOT = Path(__file__).parent.parent

Epoch = Callable[[int], dict[str, Any]]


def run(command: Sequence[str]) -> str:
    """What a command prints on stdout.

    Raises:
        ApplicationError: it failed; the message ends with the last line that it wrote on stderr.
    """
    finished = subprocess.run(command, capture_output=True, text=True, env=environment(), check=False)
    if finished.returncode:
        last = (finished.stderr.strip().splitlines() or ["no message"])[-1]
        raise ApplicationError(f"{' '.join(command[:3])} ended with status {finished.returncode}: {last}")
    return finished.stdout


def environment() -> dict[str, str]:
    """Ours, with the captioner importable also by a Python in which it is not installed."""
    paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}


def serve(epoch: Epoch) -> None:
    """The worker's side: for each number on stdin, one epoch, whose result goes to stdout as JSON."""
    for line in sys.stdin:
        print(json.dumps(epoch(int(line))), flush=True)


@contextmanager
def worker(command: Sequence[str]) -> Iterator[Epoch]:
    """A process that calls `serve`; between two epochs it waits and uses no processor.

    Its threads sleep while another worker has its turn, which two thread pools in one process would not guarantee.

    Raises:
        ApplicationError: it ended before it answered; why stands on stderr.
    """
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment())
    requests, answers = cast(IO[str], process.stdin), cast(IO[str], process.stdout)

    def epoch(number: int) -> dict[str, Any]:
        with suppress(BrokenPipeError):
            requests.write(f"{number}\n")
            requests.flush()
        answer = answers.readline()
        if not answer:
            raise ApplicationError(f"{' '.join(command[:2])} ended early, see above.")
        return json.loads(answer)

    try:
        yield epoch
    finally:
        process.kill()
        process.communicate()  # closes the pipes, broken or not
