import json
import math
import re

import keras
import pytest

from language_models.alphabet import Alphabet
from language_models.char_model import CharModel


@pytest.fixture
def main(load_script):
    return load_script("evaluate_char").main


@pytest.fixture
def bundle(tmp_path):
    """A model that has learnt nothing: all four characters are alike."""
    keras.utils.set_random_seed(0)
    model = CharModel(Alphabet("helo"), units=2)
    model.output_layer.set_weights([weight * 0 for weight in model.output_layer.get_weights()])
    model.save_to_preset(tmp_path / "bundle")
    return str(tmp_path / "bundle")


@pytest.fixture
def text(tmp_path):
    path = tmp_path / "text.txt"
    path.write_text("hello" * 20)
    return str(path)


def test_nats_and_bits_are_printed(main, bundle, text, capsys):
    assert main([bundle, text]) == 0
    assert capsys.readouterr().out == "1.3863 nats/character, 2.0000 bits/character over 100 characters\n"


def test_json_has_full_precision(main, bundle, text, capsys):
    assert main([bundle, text, "--json", "--streams", "3"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert result["nats"] == pytest.approx(math.log(4), abs=1e-6)
    assert result["characters"] == 100


@pytest.mark.parametrize(("part", "length"), [("train", 80), ("validation", 10), ("test", 10)])
def test_a_part_of_a_split_is_scored(main, bundle, text, capsys, part, length):
    assert main([bundle, text, "--split", "80/10/10", "--part", part]) == 0
    assert capsys.readouterr().out.endswith(f"over {length} characters\n")


def test_a_part_that_the_split_lacks_is_refused(main, bundle, text, capsys):
    assert main([bundle, text, "--part", "test"]) == 2
    assert capsys.readouterr().err == "error: The split 90/10 has no test part.\n"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("", "is empty."),
        ("h", "The text has 1 tokens; to score it, 1 stream(s) need two tokens each."),
        ("help", "The model's alphabet of 4 characters lacks 1 of the text's: 'p'."),
    ],
)
def test_a_bad_text_is_one_sentence(main, bundle, tmp_path, capsys, content, sentence):
    (tmp_path / "bad.txt").write_text(content)
    assert main([bundle, str(tmp_path / "bad.txt")]) == 1
    assert re.fullmatch(rf"error: .*{re.escape(sentence)}\n", capsys.readouterr().err)


def test_a_model_that_is_none_is_refused(main, text, capsys):
    assert main(["nonsense", text]) == 1
    assert capsys.readouterr().err.startswith("error: nonsense is neither a model directory nor a bundled model")
