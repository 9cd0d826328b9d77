import csv
import sys

import pytest

SMALL = ["--units", "2", "--distance", "4", "--sequences", "2", "--training-steps", "1", "--batch-size", "2"]


@pytest.fixture
def main(load_script):
    return load_script("gradient_flow").main


@pytest.fixture
def text(tmp_path):
    (tmp_path / "text.txt").write_text("hello there\n" * 12)
    return str(tmp_path / "text.txt")


def test_a_plot_and_its_numbers_are_written(main, text, tmp_path):
    pytest.importorskip("matplotlib")
    plot = tmp_path / "flow.png"
    assert main([text, "--output", str(plot), *SMALL]) == 0
    assert plot.read_bytes().startswith(b"\x89PNG")
    rows = list(csv.DictReader(plot.with_suffix(".csv").read_text().splitlines()))
    assert len(rows) == 4 * (1 + 1 + 2) * 4
    assert rows[0].keys() == {"condition", "cell", "part", "distance", "norm"}
    assert float(rows[0]["norm"]) > 0


def test_without_matplotlib_nothing_is_computed(main, text, tmp_path, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    assert main([text, "--output", str(tmp_path / "flow.png"), *SMALL]) == 1
    assert capsys.readouterr().err == "error: The plot needs matplotlib: pip install matplotlib.\n"
    assert not (tmp_path / "flow.csv").exists()


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--output", "flow.jpg"], "--output must end with .png; received flow.jpg."),
        (["--output", "flow.png", "--units", "0"], "`units` must be at least 1, received 0."),
    ],
)
def test_a_bad_option_is_one_sentence(main, text, capsys, options, sentence):
    assert main([text, *options]) in (1, 2)
    assert capsys.readouterr().err == f"error: {sentence}\n"
