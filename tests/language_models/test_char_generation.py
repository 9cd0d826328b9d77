import numpy as np
import pytest

from groundwork.errors import DataError
from language_models.alphabet import Alphabet, ByteAlphabet
from language_models.char_generation import CharGenerator
from language_models.char_model import CharModel
from language_models.char_sampling import Sampling


def write(model, *, chunk=4, sampling=None, **options):
    generator = CharGenerator(model, sampling, chunk=chunk)
    return "".join(generator.generate(**{"length": 10, "seed": 1, **options}))


def test_it_has_the_length_and_comes_in_pieces(tiny_char_model):
    pieces = list(CharGenerator(tiny_char_model, chunk=4).generate(length=10, seed=1))
    assert [len(piece) for piece in pieces] == [4, 4, 2]


def test_the_seed_decides(tiny_char_model):
    assert write(tiny_char_model, length=40) == write(tiny_char_model, length=40)
    assert write(tiny_char_model, length=40) != write(tiny_char_model, length=40, seed=2)


@pytest.mark.parametrize("prime", ["", "h", "hello", "hellohe"])
def test_pieces_do_not_change_the_text(tiny_char_model, prime):
    expected = write(tiny_char_model, chunk=16, prime=prime)
    assert write(tiny_char_model, chunk=3, prime=prime) == expected


def test_the_likeliest_text_follows_from_the_model(tiny_char_model):
    token_ids = tiny_char_model.alphabet.encode("he").tolist()
    for _ in range(6):
        logits, _ = tiny_char_model(np.array([token_ids]))
        token_ids.append(int(np.argmax(logits[0, -1])))
    found = write(tiny_char_model, sampling=Sampling(temperature=0), length=6, prime="he")
    assert found == tiny_char_model.alphabet.decode(token_ids[2:])


def test_without_a_prime_it_begins_as_after_a_line(tiny_char_model):
    assert write(tiny_char_model) == write(tiny_char_model, prime="\n")


def test_an_alphabet_without_line_ends_begins_as_well():
    assert len(write(CharModel(Alphabet("ab"), units=2))) == 10


def test_a_prime_with_unknown_characters_is_refused(tiny_char_model):
    with pytest.raises(DataError, match=r"lacks 1 of the text's: 'q'"):
        write(tiny_char_model, prime="heq")


def test_bytes_come_as_text():
    assert write(CharModel(ByteAlphabet(), units=2), prime="é").encode("utf-8")
