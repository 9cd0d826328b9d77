import argparse
import os
import subprocess
import sys
from pathlib import Path

import pytest

from captioner.errors import ImageError
from groundwork import console
from groundwork.console import ArgumentParser, progress, quiet_imports, report, script, whole_number
from groundwork.errors import UsageError

ROOT = Path(__file__).parent.parent


def raising(error: BaseException):
    @script
    def main(argv=None):
        raise error

    return main


@pytest.mark.parametrize(("returned", "status"), [(None, 0), (0, 0), (1, 1)])
def test_the_status_is_what_main_returns(returned, status, capsys):
    assert script(lambda argv: returned)([]) == status
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("error", "status", "sentence"),
    [
        (UsageError("That makes no sense."), 2, "error: That makes no sense.\n"),
        (ImageError("a.jpg is empty."), 1, "error: a.jpg is empty.\n"),
        (PermissionError(13, "Permission denied", "out.json"), 1, "error: out.json: Permission denied.\n"),
        (OSError(28, "No space left on device"), 1, "error: No space left on device.\n"),
        (KeyError("x"), 1, "error: Unexpected KeyError: 'x' (set CAPTIONER_DEBUG=1 to see where).\n"),
        (ValueError("a\nb"), 1, "error: Unexpected ValueError: a (set CAPTIONER_DEBUG=1 to see where).\n"),
        (
            RuntimeError(
                "Exception encountered when calling Dense.call().\n\n\x1b[1mout of memory\x1b[0m\n\nArguments"
            ),
            1,
            "error: Unexpected RuntimeError: out of memory (set CAPTIONER_DEBUG=1 to see where).\n",
        ),
        (KeyboardInterrupt(), 130, ""),
    ],
)
def test_every_error_is_one_sentence_and_a_status(error, status, sentence, capsys):
    assert raising(error)([]) == status
    assert capsys.readouterr() == ("", sentence)


def test_debugging_shows_where(monkeypatch, capsys):
    monkeypatch.setenv("CAPTIONER_DEBUG", "1")
    assert raising(ImageError("a.jpg is empty."))([]) == 1
    assert "Traceback" in capsys.readouterr().err


def test_a_reader_that_leaves_ends_a_script_quietly():
    code = (
        "import sys\nfrom groundwork.console import script\n"
        "@script\ndef main(argv=None):\n    for number in range(100_000): print(number)\n"
        "sys.exit(main())"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment
    ) as process:
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 141


def test_what_tensorflow_writes_past_python_is_silenced_in_the_block_only(monkeypatch, capfd):
    monkeypatch.delenv("TF_CPP_MIN_LOG_LEVEL", raising=False)
    with quiet_imports():
        os.write(2, b"chatter")
    os.write(2, b"news")
    assert capfd.readouterr().err == "news"
    assert os.environ["TF_CPP_MIN_LOG_LEVEL"] == "3"


def test_an_error_in_the_quiet_block_comes_through(capfd):
    with pytest.raises(ImportError, match="no such module"), quiet_imports():
        raise ImportError("no such module")
    os.write(2, b"news")
    assert capfd.readouterr().err == "news"


def test_debugging_silences_nothing(monkeypatch, capfd):
    monkeypatch.setenv("CAPTIONER_DEBUG", "1")
    with quiet_imports():
        os.write(2, b"chatter")
    assert capfd.readouterr().err == "chatter"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--count", "0"], r"--count: expected a whole number of at least 1, received '0' \(see tool --help\)\."),
        (["--count", "2.5"], "received '2.5'"),
        (["--count"], r"--count: expected one argument \(see tool --help\)\."),
        (["--cou=2"], "Unrecognized arguments: --cou=2"),
        (["deep", "--level", "x"], r"--level: expected a whole number .* \(see tool deep --help\)\."),
    ],
)
def test_a_wrong_argument_is_a_usage_error(arguments, message):
    parser = ArgumentParser(prog="tool", description=None)
    parser.add_argument("--count", type=whole_number(1))
    deep = parser.add_subparsers().add_parser("deep", description=None)
    deep.add_argument("--level", type=whole_number(0))
    with pytest.raises(UsageError, match=message):
        parser.parse_args(arguments)


def test_whole_numbers_start_where_they_are_told():
    assert whole_number(0)("0") == 0
    with pytest.raises(argparse.ArgumentTypeError, match="at least 2, received '1'"):
        whole_number(2)("1")


def test_help_keeps_the_lines_of_the_description():
    assert "one\n  two" in ArgumentParser(description="one\n  two").format_help()


def test_there_is_no_bar_without_a_terminal(capsys):
    assert list(progress([1, 2, 3], total=3, unit=" images")) == [1, 2, 3]
    assert capsys.readouterr().err == ""


def test_there_is_no_bar_for_one_item(monkeypatch, capsys):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    assert list(progress([1], total=1, unit=" images")) == [1]
    assert capsys.readouterr().err == ""


def test_a_bar_on_a_terminal_makes_way_for_errors(monkeypatch, capsys):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    for item in progress([1, 2], total=2, unit=" images"):
        if item == 1:
            report("bad.jpg is empty.")
    out, err = capsys.readouterr()
    assert out == ""
    assert "\rerror: bad.jpg is empty.\n" in err
    assert "2/2" in err


def test_names_that_are_no_text_can_be_printed(capsys, monkeypatch):
    reconfigured = {}
    monkeypatch.setattr(sys.stdout, "reconfigure", lambda **options: reconfigured.update(options), raising=False)
    assert script(lambda argv: None)([]) == 0
    assert reconfigured == {"errors": "backslashreplace"}


def test_closed_streams_do_not_matter(monkeypatch):
    monkeypatch.setattr(sys, "stdout", None)
    monkeypatch.setattr(sys, "stderr", None)
    assert raising(ImageError("Nobody hears this."))([]) == console.FAILURE
    sys.stdout.close()
    sys.stderr.close()
