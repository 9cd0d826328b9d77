import json

import h5py
import numpy as np
import pytest

from captioner.bundle import load_bundle, named_weights, save_bundle
from captioner.bundle_files import find_bundle, preset_names, read_metrics, write_calibration
from captioner.config import CalibrationConfig
from captioner.errors import VocabularyError
from captioner.models.caption_model import CaptionModel
from captioner.models.decoders import make_decoder
from captioner.models.mobilenet_v2_encoder import MobileNetV2Encoder
from groundwork.errors import ApplicationError, BundleError, ConfigError
from groundwork.weight_file import read_weights, write_weights

INPUTS = {
    "images": np.random.default_rng(0).integers(0, 256, (2, 8, 8, 3), np.uint8),
    "token_ids": np.array([[[1, 4, 5]], [[1, 7, 8]]], np.int32),
}


@pytest.fixture
def bundle(tiny_model, tmp_path):
    save_bundle(tiny_model, tmp_path / "bundle", precision="float32", metrics={"scores": []})
    return tmp_path / "bundle"


def edit_config(bundle, **changes):
    config = json.loads((bundle / "config.json").read_text())
    (bundle / "config.json").write_text(json.dumps(config | changes))


@pytest.mark.parametrize(("precision", "tolerance"), [("float32", 0), ("float16", 1e-2), ("8bit", 0.1)])
def test_a_captioner_comes_back(tiny_model, tmp_path, precision, tolerance):
    save_bundle(tiny_model, tmp_path / "bundle", precision=precision)
    np.testing.assert_allclose(load_bundle(tmp_path / "bundle")(INPUTS), tiny_model(INPUTS), atol=tolerance)


def test_the_folder_holds_five_files_and_no_rest(bundle):
    names = sorted(path.name for path in bundle.iterdir())
    assert names == ["README.md", "config.json", "metrics.json", "model.weights.h5", "vocabulary.txt"]
    assert [path.name for path in bundle.parent.iterdir()] == ["bundle"]


def test_names_on_disk_depend_on_no_keras_counter(tiny_model, bundle):
    again = load_bundle(bundle)
    assert set(named_weights(again)) == set(named_weights(tiny_model)) == set(read_weights(bundle / "model.weights.h5"))
    assert "decoder/lstm/lstm_cell/recurrent_kernel" in named_weights(again)
    assert "encoder/block1_conv1/kernel" in named_weights(again)


def test_decoding_settings_travel_along(tiny_model, tmp_path):
    object.__setattr__(tiny_model, "decoding", type(tiny_model.decoding)(beam_size=7, no_repeat_ngram=0))
    save_bundle(tiny_model, tmp_path / "bundle")
    assert load_bundle(tmp_path / "bundle").decoding == tiny_model.decoding


def test_a_bundle_of_before_there_was_hygiene_captions_with_it(bundle):
    edit_config(bundle, decoding={"beam_size": 2, "max_length": 9, "length_penalty": 0.5})
    decoding = load_bundle(bundle).decoding
    assert (decoding.beam_size, decoding.no_repeat_ngram, decoding.dangling_ends) == (2, 3, False)


def test_a_calibration_travels_along(bundle, tmp_path):
    calibration = CalibrationConfig(slope=-2.0, intercept=0.5, length_penalty=0.6, criterion="all agree")
    write_calibration(bundle, calibration)
    model = load_bundle(bundle)
    assert model.calibration == calibration
    save_bundle(model, tmp_path / "copy")
    assert load_bundle(tmp_path / "copy").calibration == calibration


def test_an_older_bundle_is_replaced(bundle, tiny_model):
    save_bundle(tiny_model, bundle, metrics={"new": 1})
    assert read_metrics(bundle) == {"new": 1}
    assert [path.name for path in bundle.parent.iterdir()] == ["bundle"]


def test_a_folder_of_other_things_is_never_replaced(tiny_model, tmp_path):
    (tmp_path / "thesis.txt").write_text("three years of work")
    with pytest.raises(BundleError, match="left as it is"):
        save_bundle(tiny_model, tmp_path)
    assert (tmp_path / "thesis.txt").exists()


def test_a_failed_write_leaves_the_old_bundle(bundle, tiny_model):
    with pytest.raises(TypeError):
        save_bundle(tiny_model, bundle, metrics={"not JSON": object()})
    assert read_metrics(bundle) == {"scores": []}


@pytest.mark.parametrize("name", ["config.json", "vocabulary.txt", "model.weights.h5"])
def test_a_missing_file_is_named(bundle, name):
    (bundle / name).unlink()
    with pytest.raises(BundleError, match=f"{name} missing"):
        load_bundle(bundle)


@pytest.mark.parametrize("name", ["config.json", "vocabulary.txt", "model.weights.h5"])
@pytest.mark.parametrize("content", [b"", b"\xff\xfe something foreign", b"[1, 2, 3]"])
def test_a_foreign_file_is_one_sentence(bundle, name, content):
    (bundle / name).write_bytes(content)
    with pytest.raises(ApplicationError, match=name) as caught:
        load_bundle(bundle)
    assert "\n" not in str(caught.value)


def test_a_newer_format_is_refused(bundle):
    edit_config(bundle, format_version=99)
    with pytest.raises(BundleError, match="format 99"):
        load_bundle(bundle)


@pytest.mark.parametrize("part", ["encoder", "decoder", "decoding", "calibration"])
def test_a_configuration_with_foreign_parts_is_one_sentence(bundle, part):
    edit_config(bundle, **{part: {"colour": "blue"}})
    with pytest.raises(BundleError, match="does not describe a captioner"):
        load_bundle(bundle)


def test_a_captioner_with_attention_comes_back(tiny_model, tmp_path):
    decoder = make_decoder(kind="soft", vocabulary_size=10, embedding_dim=6, units=5)
    model = CaptionModel(tiny_model.encoder, decoder, tiny_model.vocabulary)
    save_bundle(model, tmp_path / "bundle", precision="float32")
    assert json.loads((tmp_path / "bundle/config.json").read_text())["decoder"]["kind"] == "soft"
    np.testing.assert_array_equal(load_bundle(tmp_path / "bundle")(INPUTS), model(INPUTS))


@pytest.mark.parametrize(
    ("precision", "bits", "tolerance"), [("float32", "f4", 0), ("float16", "f4", 1e-2), ("8bit", "f2", 1e-2)]
)
def test_a_captioner_with_a_light_encoder_comes_back_with_finer_weights(
    tiny_model, tmp_path, precision, bits, tolerance
):
    encoder = MobileNetV2Encoder(bottlenecks=((1, 4, 1, 1), (6, 8, 1, 2)), filters=(4, 6), image_size=8)
    decoder = make_decoder(vocabulary_size=10, embedding_dim=6, units=5)
    model = CaptionModel(encoder, decoder, tiny_model.vocabulary)
    save_bundle(model, tmp_path / "bundle", precision=precision)
    with h5py.File(tmp_path / "bundle/model.weights.h5") as file:
        assert file["encoder/block2_bottleneck2/depthwise/kernel"].dtype == bits
    np.testing.assert_allclose(load_bundle(tmp_path / "bundle")(INPUTS), model(INPUTS), atol=tolerance)


def test_a_bundle_of_before_there_were_kinds_loads(bundle, tiny_model):
    config = json.loads((bundle / "config.json").read_text())
    assert "kind" not in config["decoder"]
    del config["encoder"]["last_pooling"]
    edit_config(bundle, encoder=config["encoder"])
    np.testing.assert_array_equal(load_bundle(bundle)(INPUTS), tiny_model(INPUTS))


def test_an_unknown_kind_of_decoder_is_one_sentence(bundle):
    edit_config(bundle, decoder={"kind": "hard", "vocabulary_size": 10})
    with pytest.raises(BundleError, match=r"one of lstm, soft, received 'hard'\.$"):
        load_bundle(bundle)


def test_a_vocabulary_of_another_size_is_named(bundle):
    with (bundle / "vocabulary.txt").open("a") as file:
        file.write("surplus\n")
    with pytest.raises(VocabularyError, match="11 words, the weights were trained with 10"):
        load_bundle(bundle)


def test_weights_of_another_shape_are_named(bundle):
    weights = read_weights(bundle / "model.weights.h5")
    weights["decoder/output_bias"] = np.zeros(3, np.float32)
    write_weights(bundle / "model.weights.h5", weights, precision="float32")
    with pytest.raises(BundleError, match=r"output_bias has the shape \(3,\), expected \(10,\)"):
        load_bundle(bundle)


def test_missing_and_unknown_weights_are_named(bundle):
    with h5py.File(bundle / "model.weights.h5", "a") as file:
        file["decoder/attention"] = [1.0]
    with pytest.raises(BundleError, match="has an unknown decoder/attention"):
        load_bundle(bundle)
    with h5py.File(bundle / "model.weights.h5", "a") as file:
        del file["decoder/attention"], file["decoder/output_bias"]
    with pytest.raises(BundleError, match="lacks decoder/output_bias"):
        load_bundle(bundle)


def test_an_unknown_name_lists_the_bundled_models():
    with pytest.raises(BundleError, match="neither a model directory nor a bundled model"):
        find_bundle("no_such_model")


def test_an_unknown_precision_is_refused(tiny_model, tmp_path):
    with pytest.raises(ConfigError, match="4bit"):
        save_bundle(tiny_model, tmp_path / "bundle", precision="4bit")


@pytest.mark.parametrize("name", preset_names())
def test_every_bundled_model_is_complete_and_small(name):
    folder = find_bundle(name)
    assert sum(path.stat().st_size for path in folder.iterdir()) <= 32_000_000
    assert read_metrics(folder)["scores"]
    card = (folder / "README.md").read_text()
    assert all(word in card.lower() for word in ("data", "scores", "limits", "licence"))
