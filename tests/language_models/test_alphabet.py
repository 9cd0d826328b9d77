import pytest

from groundwork.errors import BundleError, DataError
from language_models.alphabet import Alphabet, ByteAlphabet, read_alphabet


def test_characters_are_sorted_by_code_point():
    assert Alphabet.from_text("hello\n").characters == ("\n", "e", "h", "l", "o")


@pytest.mark.parametrize("text", ["hello", "안녕하세요", "a\u2028b\\\"'\t", "👩‍👩‍👧"])
def test_text_survives_encoding_and_decoding(text):
    for alphabet in (Alphabet.from_text(text), ByteAlphabet()):
        assert alphabet.decode(alphabet.encode(text).tolist()) == text


@pytest.mark.parametrize("text", ["hello", "안녕\r\n\t\x85\u2028\\\"'", "👩‍👩‍👧"])
def test_an_alphabet_survives_its_file(text):
    alphabet = Alphabet.from_text(text)
    assert read_alphabet(alphabet.to_text(), source="alphabet.txt").characters == alphabet.characters


def test_an_alphabet_file_can_be_read_by_people():
    assert Alphabet("\n안").to_text() == '"\\n"\n"안"\n'


def test_unknown_characters_are_named():
    with pytest.raises(DataError, match="alphabet of 4 characters lacks 2 of the text's: 'x', 'é'"):
        Alphabet("helo").encode("hexé")


def test_rare_characters_become_one_unknown_character():
    alphabet = Alphabet.from_text("aabbc", min_count=2)
    assert alphabet.characters == ("a", "b", "\ufffd")
    assert alphabet.decode(alphabet.encode("abcz").tolist()) == "ab\ufffd\ufffd"


def test_bytes_are_those_of_utf8():
    assert ByteAlphabet().encode("é").tolist() == [0xC3, 0xA9]
    assert len(ByteAlphabet()) == 256


def test_bytes_that_are_no_text_become_the_replacement_character():
    assert ByteAlphabet().decode([0xC3, 0x41]) == "\ufffdA"


def test_a_character_may_come_in_two_pieces():
    decoder = ByteAlphabet().decoder()
    assert decoder.decode([0xC3]) + decoder.decode([0xA9]) == "é"


def test_a_byte_alphabet_survives_its_file():
    assert isinstance(read_alphabet(ByteAlphabet().to_text(), source="alphabet.txt"), ByteAlphabet)


@pytest.mark.parametrize("text", ['"ab"\n', "a\n", '"a"\n"a"\n', "1\n"])
def test_a_damaged_file_is_refused(text):
    with pytest.raises(BundleError, match=r"alphabet\.txt is not an alphabet with one character in quotes a line"):
        read_alphabet(text, source="alphabet.txt")
