"""What all scripts share: quiet start-up, one-sentence errors, exit statuses, argument types and the progress bar."""

import argparse
import functools
import logging
import os
import re
import sys
import traceback
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, NoReturn, TextIO

from groundwork.errors import ApplicationError, UsageError

FAILURE, USAGE, INTERRUPTED, BROKEN_PIPE = 1, 2, 130, 141  # the last two as a shell reports SIGINT and SIGPIPE
DEBUG_VARIABLE = "CAPTIONER_DEBUG"

Main = Callable[[Sequence[str] | None], int | None]


def script(main: Main) -> Callable[..., int]:
    """Makes of `main(argv)` a function that returns the exit status and reports every error in one sentence.

    The status is what `main` returns (None is 0), 2 after a `UsageError`, 1 after any other error, 130 after Ctrl-C
    (without a word), 141 when the reader of stdout has gone (`| head`). With the environment variable CAPTIONER_DEBUG
    set to 1, errors show their traceback and nothing of TensorFlow's start-up is hidden.
    """

    @functools.wraps(main)
    def guarded(argv: Sequence[str] | None = None) -> int:
        _prepare_process()
        try:
            status = main(argv)
            sys.stdout.flush()
            return status or 0
        except BrokenPipeError:
            _abandon_stdout()
            return BROKEN_PIPE
        except KeyboardInterrupt:
            return INTERRUPTED
        except Exception as error:
            if debugging():
                traceback.print_exc()
            report(_sentence(error))
            return USAGE if isinstance(error, UsageError) else FAILURE

    return guarded


def report(message: object) -> None:
    """Prints `error: <sentence>` on stderr, above a progress bar if there is one."""
    write(f"error: {message}\n", sys.stderr)


def write(text: str, stream: TextIO) -> None:
    """Writes to a stream at once, above a progress bar if there is one."""
    bars = sys.modules.get("tqdm")
    if bars is None:
        stream.write(text)
    else:
        bars.tqdm.write(text, file=stream, end="")
    stream.flush()


@contextmanager
def quiet_imports() -> Iterator[None]:
    """Keeps TensorFlow and CUDA from writing to stderr, while they are imported in this block and afterwards.

    Their C++ code writes to file descriptor 2 directly: some lines during the import, before any level is obeyed, the
    others (such as a failed search for a GPU) later, if the level in the environment allows. So the descriptor is
    turned away for the length of the block only; Python's errors are exceptions and come through.
    """
    if debugging():
        yield
        return
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    with _descriptor_to_nowhere(2):
        yield
    for name in ("tensorflow", "absl"):
        logging.getLogger(name).setLevel(logging.ERROR)


def debugging() -> bool:
    return os.environ.get(DEBUG_VARIABLE, "0") not in ("", "0")


def progress(items: Iterable, *, total: int, unit: str) -> Iterable:
    """The items, with a bar on stderr if it is a terminal and there is more than one."""
    if total < 2 or not sys.stderr.isatty():
        return items
    from tqdm import tqdm  # Costs a tenth of a second, which one picture need not wait for.

    return tqdm(items, total=total, unit=unit, file=sys.stderr)


class ArgumentParser(argparse.ArgumentParser):
    """argparse whose errors are `UsageError`, and whose help keeps the lines of a script's docstring."""

    def __init__(self, *, description: str | None, **options: Any):  # the options are argparse's own, for sub-commands
        formatter = argparse.RawDescriptionHelpFormatter
        super().__init__(description=description, formatter_class=formatter, allow_abbrev=False, **options)

    def error(self, message: str) -> NoReturn:
        message = message.removeprefix("argument ")
        raise UsageError(f"{message[0].upper()}{message[1:].rstrip('.')} (see {self.prog} --help).")


def whole_number(least: int) -> Callable[[str], int]:
    """An argument type: a whole number of at least `least`."""

    def convert(text: str) -> int:
        try:
            value = int(text)
        except ValueError:
            value = least - 1
        if value < least:
            raise argparse.ArgumentTypeError(f"expected a whole number of at least {least}, received {text!r}")
        return value

    return convert


def _prepare_process() -> None:
    # Appended: whatever -W or a test asks for still wins.
    if not debugging():
        warnings.simplefilter("ignore", append=True)
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # Closed by whoever started us; the descriptor must not go to another file.
            setattr(sys, name, open(os.devnull, "w"))  # noqa: SIM115
    # A file name need not be valid text; printing it must not fail.
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="backslashreplace")


def _sentence(error: Exception) -> str:
    if isinstance(error, ApplicationError):
        return str(error)
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}." if error.filename else f"{error.strerror}."
    return f"Unexpected {type(error).__name__}: {_first_line(error)} (set {DEBUG_VARIABLE}=1 to see where)."


def _first_line(error: Exception) -> str:
    """The line that tells what happened; Keras writes a heading above it and makes it bold."""
    lines = re.sub(r"\x1b\[\d*m", "", str(error)).splitlines()
    telling = [line.strip() for line in lines if line.strip() and not line.startswith("Exception encountered when")]
    return telling[0] if telling else "no message"


def _abandon_stdout() -> None:
    """Lets the interpreter's last flush succeed although nobody reads any more."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@contextmanager
def _descriptor_to_nowhere(descriptor: int) -> Iterator[None]:
    kept = os.dup(descriptor)
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, descriptor)
        os.close(nowhere)
        yield
    finally:
        os.dup2(kept, descriptor)
        os.close(kept)
