import gzip

import numpy as np
import pytest

from captioner.data.prepared_data import PreparedData
from captioner.models.decoders import make_decoder
from captioner.training.first_words import give_word_vectors, text_sha256
from groundwork.distribution import Distribution
from groundwork.errors import DataError
from groundwork.files import file_sha256


@pytest.fixture
def data(colour_data):
    return PreparedData.load(colour_data)


@pytest.fixture
def make_vectors(data, tmp_path):
    """`make_vectors(source)`: a new decoder's word vectors and what becomes of them."""

    def make(source):
        decoder = make_decoder(kind="soft", vocabulary_size=len(data.vocabulary), embedding_dim=6, units=4)
        decoder.build((None, None, None), (None, 4, 3))
        before = decoder.embedding.get_weights()[0]
        give_word_vectors(decoder, source, data, Distribution(), tmp_path / "run" / "vectors.npy")
        return before, decoder.embedding.get_weights()[0]

    return make


def similarity(data, vectors, one, other):
    first, second = (vectors[data.vocabulary.encode(word)[0]] for word in (one, other))
    return first @ second / np.linalg.norm(first) / np.linalg.norm(second)


def test_random_vectors_stay(make_vectors):
    np.testing.assert_array_equal(*make_vectors("random"))


def test_words_in_the_same_places_begin_alike(data, make_vectors):
    _, vectors = make_vectors("captions")
    assert similarity(data, vectors, "red", "blue") > 0.9
    assert similarity(data, vectors, "red", "page") < 0.7


def test_counted_vectors_have_length_1_and_what_is_no_word_stays_random(make_vectors):
    before, after = make_vectors("captions")
    np.testing.assert_array_equal(after[:4], before[:4])
    np.testing.assert_allclose(np.linalg.norm(after[4:], axis=1), 1, rtol=1e-5)


def test_lines_of_a_text_count_beside_the_captions(data, make_vectors, tmp_path):
    (tmp_path / "more.txt").write_bytes(gzip.compress(b"a page square on a page square\n" * 50))
    _, vectors = make_vectors(str(tmp_path / "more.txt"))
    (tmp_path / "run" / "vectors.npy").unlink()
    _, alone = make_vectors("captions")
    assert similarity(data, vectors, "page", "square") > similarity(data, alone, "page", "square") + 0.1


def test_a_resumed_run_finds_the_vectors_that_it_counted(make_vectors, tmp_path):
    text = tmp_path / "more.txt"
    text.write_text("a page on a page")
    _, first = make_vectors(str(text))
    text.unlink()
    _, again = make_vectors(str(text))
    np.testing.assert_array_equal(again[4:], first[4:])


def test_the_record_knows_the_text(tmp_path):
    (tmp_path / "more.txt").write_text("a page on a page")
    assert text_sha256(str(tmp_path / "more.txt")) == file_sha256(tmp_path / "more.txt")
    assert text_sha256("random") is text_sha256("captions") is None


def test_a_text_that_is_not_there_is_one_sentence(tmp_path):
    with pytest.raises(DataError, match=r"nowhere.txt cannot be read: No such file or directory\.$"):
        text_sha256(str(tmp_path / "nowhere.txt"))
