import json

import numpy as np
import pytest

from groundwork.errors import BundleError, ConfigError
from language_models.bundle import find_bundle, load_named_weights, read_config, read_metrics, save_bundle


@pytest.fixture
def bundle(tmp_path, tiny_char_model):
    tiny_char_model.save_to_preset(tmp_path / "bundle", precision="float32", metrics={"nats": 1.5})
    return tmp_path / "bundle"


def test_what_is_written_is_found(bundle):
    assert find_bundle(bundle, kind="char") == bundle
    assert read_config(bundle, kind="char")["model"]["units"] == 3
    assert read_metrics(bundle) == {"nats": 1.5}


def test_a_bundle_of_another_kind_is_refused(bundle):
    with pytest.raises(BundleError, match="holds a model of kind 'char'; expected kind 'sentiment'"):
        find_bundle(bundle, kind="sentiment")


def test_a_captioner_is_no_language_model(tmp_path):
    (tmp_path / "config.json").write_text('{"format_version": 1, "encoder": {}}')
    with pytest.raises(BundleError, match="holds another kind of model; expected kind 'char'"):
        find_bundle(tmp_path, kind="char")


def test_a_newer_format_is_refused(bundle):
    config = json.loads((bundle / "config.json").read_text())
    (bundle / "config.json").write_text(json.dumps({**config, "format_version": 2}))
    with pytest.raises(BundleError, match="written in format 2; this version reads format 1"):
        find_bundle(bundle, kind="char")


@pytest.mark.parametrize("content", ["", "[]", "{}"])
def test_a_config_that_is_none_is_refused(bundle, content):
    (bundle / "config.json").write_text(content)
    with pytest.raises(BundleError, match=r"config.json is missing or does not describe a language model"):
        find_bundle(bundle, kind="char")


@pytest.mark.parametrize("name", ["alphabet.txt", "model.weights.h5"])
def test_a_missing_file_is_named(bundle, name):
    (bundle / name).unlink()
    with pytest.raises(BundleError, match=f"not a complete model: {name} missing"):
        find_bundle(bundle, kind="char")


def test_an_unknown_name_is_refused():
    with pytest.raises(BundleError, match="nonsense is neither a model directory nor a bundled model"):
        find_bundle("nonsense", kind="char")


def test_weights_of_another_shape_are_refused_and_nothing_is_changed(bundle, tiny_char_model):
    from language_models.char_model import CharModel

    other = CharModel(tiny_char_model.alphabet, units=4, embedding_dim=2)
    before = other.get_weights()
    with pytest.raises(BundleError, match=r"belongs to another network: .* has the shape"):
        load_named_weights(other, bundle)
    for weight, old in zip(other.get_weights(), before, strict=True):
        np.testing.assert_array_equal(weight, old)


def test_weights_of_another_cell_are_refused(bundle, tiny_char_model):
    from language_models.char_model import CharModel

    with pytest.raises(BundleError, match="belongs to another network: it lacks stack/forward_0/gru_cell/bias"):
        load_named_weights(CharModel(tiny_char_model.alphabet, cell="gru", units=3, embedding_dim=2), bundle)


def test_a_bundle_is_replaced(bundle):
    save_bundle(bundle, kind="char", config={"a": 1}, symbols="", weights={"b": np.ones(2)})
    assert read_config(bundle, kind="char")["a"] == 1
    assert [path.name for path in bundle.parent.iterdir()] == ["bundle"]


def test_a_folder_that_is_no_bundle_is_left_alone(tmp_path):
    (tmp_path / "letter.txt").write_text("dear")
    with pytest.raises(BundleError, match="exists and is not a model directory"):
        save_bundle(tmp_path, kind="char", config={}, symbols="", weights={})
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


def test_an_unknown_precision_is_refused(tmp_path):
    with pytest.raises(ConfigError, match="`precision` must be one of 8bit, float16, float32, received '4bit'"):
        save_bundle(tmp_path / "b", kind="char", config={}, symbols="", weights={}, precision="4bit")
