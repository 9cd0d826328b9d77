import json
import re

import keras
import pytest

from language_models.alphabet import Alphabet
from language_models.char_model import CharModel


@pytest.fixture
def main(load_script):
    return load_script("generate_text").main


@pytest.fixture
def bundle(tmp_path):
    keras.utils.set_random_seed(0)
    CharModel(Alphabet("\nehlo"), units=3).save_to_preset(tmp_path / "bundle")
    return str(tmp_path / "bundle")


def test_the_prime_and_what_follows_are_printed(main, bundle, capsys):
    assert main(["--model", bundle, "--prime", "he", "--length", "70", "--seed", "1"]) == 0
    output = capsys.readouterr().out
    assert output.startswith("he")
    assert len(output) == 2 + 70 + 1


def test_the_seed_decides(main, bundle, capsys):
    texts = []
    for seed in ("1", "1", "2"):
        main(["--model", bundle, "--length", "40", "--seed", seed])
        texts.append(capsys.readouterr().out)
    assert texts[0] == texts[1] != texts[2]


def test_without_a_seed_each_text_is_another(main, bundle, capsys):
    texts = set()
    for _ in range(2):
        main(["--model", bundle, "--length", "40"])
        texts.add(capsys.readouterr().out)
    assert len(texts) == 2


def test_pieces_are_written_as_they_come(main, bundle, monkeypatch, capsys):
    from language_models.char_generation import CharGenerator

    def broken(self, **_):
        yield "hel"
        raise KeyboardInterrupt

    monkeypatch.setattr(CharGenerator, "generate", broken)
    assert main(["--model", bundle]) == 130
    assert capsys.readouterr().out == "hel"


@pytest.mark.parametrize(
    ("options", "status", "sentence"),
    [
        (["--prime", "xyz"], 1, "The model's alphabet of 5 characters lacks 3 of the text's: 'x', 'y', 'z'."),
        (["--temperature", "-1"], 1, "`temperature` must be 0 or more; received -1.0."),
        (["--top-p", "2"], 1, "`top_p` must be above 0 and at most 1; received 2.0."),
        (["--length", "0"], 2, "--length: expected a whole number of at least 1, received '0' (see"),
    ],
)
def test_wrong_options_are_one_sentence(main, bundle, capsys, options, status, sentence):
    assert main(["--model", bundle, *options]) == status
    output, errors = capsys.readouterr()
    assert output == ""
    assert re.match(rf"error: {re.escape(sentence)}", errors, re.IGNORECASE)
    assert errors.count("\n") == 1


def test_a_bundle_of_another_kind_is_refused(main, tmp_path, capsys):
    (tmp_path / "config.json").write_text(json.dumps({"format_version": 1, "kind": "sentiment"}))
    assert main(["--model", str(tmp_path)]) == 1
    assert capsys.readouterr().err.endswith("holds a model of kind 'sentiment'; expected kind 'char'.\n")
