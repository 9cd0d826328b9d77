import math

import numpy as np
import pytest

from captioner.errors import MetricError
from captioner.metrics.document_frequencies import DocumentFrequencies
from captioner.metrics.ngrams import count_ngrams, number_words

REFERENCES = [[["a", "dog", "a", "dog"], ["a", "dög"]], [["a", "dog"]], [["no"], []]]


def weights(frequencies, *words):
    """The weights of all n-grams of a caption, by n-gram."""
    keys, entries = count_ngrams(number_words([words]))
    found = frequencies.log_weights(keys)
    return [order[found_ngrams.ngrams].tolist() for order, found_ngrams in zip(found, entries, strict=True)]


def test_an_image_counts_once_however_often_it_has_the_words():
    one, two = math.log(3), math.log(3 / 2)
    frequencies = DocumentFrequencies.from_references(REFERENCES)
    assert weights(frequencies, "a", "dog", "a") == [
        pytest.approx(order) for order in ([two, two], [two, one], [one], [])
    ]


def test_what_the_corpus_does_not_have_weighs_as_what_one_image_has():
    frequencies = DocumentFrequencies.from_references(REFERENCES)
    assert weights(frequencies, "no", "zebra") == [
        pytest.approx(order) for order in ([math.log(3)] * 2, [math.log(3)], [], [])
    ]


def test_saved_and_loaded_they_are_the_same(tmp_path):
    frequencies = DocumentFrequencies.from_references(REFERENCES)
    frequencies.save(tmp_path / "corpus.npz")
    loaded = DocumentFrequencies.load(tmp_path / "corpus.npz")
    assert (loaded.images, loaded.keys.words) == (frequencies.images, frequencies.keys.words)
    caption = ["a", "dog", "a", "dog", "and", "a", "dög"]
    assert weights(loaded, *caption) == weights(frequencies, *caption)


def test_a_corpus_without_words_can_be_saved(tmp_path):
    DocumentFrequencies.from_references([[[]]]).save(tmp_path / "corpus.npz")
    assert DocumentFrequencies.load(tmp_path / "corpus.npz").keys.words == []


def test_token_ids_are_not_saved(tmp_path):
    with pytest.raises(MetricError, match="token ids"):
        DocumentFrequencies.from_references([[[3, 4]]]).save(tmp_path / "corpus.npz")
    assert list(tmp_path.iterdir()) == []


def test_files_that_are_something_else_are_one_sentence(tmp_path):
    with pytest.raises(MetricError, match="no file"):
        DocumentFrequencies.load(tmp_path / "none.npz")
    (tmp_path / "text.npz").write_text("not an archive")
    with pytest.raises(MetricError, match=r"text.npz is no file of document frequencies"):
        DocumentFrequencies.load(tmp_path / "text.npz")
    np.savez(tmp_path / "other.npz", format_version=np.array(1))
    with pytest.raises(MetricError, match=r"other.npz is no file of document frequencies"):
        DocumentFrequencies.load(tmp_path / "other.npz")
    np.savez(tmp_path / "later.npz", format_version=np.array(9))
    with pytest.raises(MetricError, match="format version 9"):
        DocumentFrequencies.load(tmp_path / "later.npz")


def test_files_that_contradict_themselves_are_one_sentence(tmp_path):
    DocumentFrequencies.from_references(REFERENCES).save(tmp_path / "corpus.npz")
    with np.load(tmp_path / "corpus.npz") as arrays:
        np.savez(tmp_path / "few.npz", **{**arrays, "images": 1})
        np.savez(tmp_path / "cut.npz", **{**arrays, "keys_3": arrays["keys_3"][:1]})
    for name in ("few.npz", "cut.npz"):
        with pytest.raises(MetricError, match=f"{name} is damaged"):
            DocumentFrequencies.load(tmp_path / name)
