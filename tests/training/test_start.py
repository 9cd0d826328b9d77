import numpy as np
import pytest

from captioner.bundle import save_bundle
from captioner.bundle_files import DEFAULT_PRESET
from captioner.config import DecodingConfig
from captioner.data.vocabulary import SPECIAL_TOKENS, Vocabulary
from captioner.errors import VocabularyError
from captioner.training.recipe import Recipe
from captioner.training.recipe_reader import make_recipe
from captioner.training.start import describe_inputs, first_model, training_data
from groundwork.errors import BundleError, ConfigError
from groundwork.files import file_sha256

RUN = {"data": "prepared", "output": "runs/one", "start_from": DEFAULT_PRESET}


@pytest.fixture
def bundle(tiny_model, tmp_path):
    save_bundle(tiny_model, tmp_path / "bundle", precision="float32")
    return tmp_path / "bundle"


@pytest.fixture
def recipe(colour_data, tmp_path, bundle):
    return Recipe(str(colour_data), str(tmp_path / "run"), str(bundle), decoding=DecodingConfig(beam_size=2))


def give_words(bundle, *words):
    others = "abcdef"[len(words) :]
    Vocabulary([*SPECIAL_TOKENS, *words, *others]).save(bundle / "vocabulary.txt")


def test_the_network_is_that_of_the_bundle_and_need_not_be_described():
    network = make_recipe({**RUN, "units": 512}).network
    assert (network.encoder, network.image_size, network.pyramid) == ("mobilenetv2", 224, (1, 2))


def test_a_network_that_contradicts_the_bundle_is_refused():
    with pytest.raises(ConfigError) as caught:
        make_recipe({**RUN, "units": 7, "pyramid": [1]})
    units, pyramid = f"`units` is 512 in {DEFAULT_PRESET}, received 7", f"`pyramid` is [1, 2] in {DEFAULT_PRESET}"
    assert units in str(caught.value)
    assert pyramid in str(caught.value)


def test_a_bundle_has_its_own_word_vectors():
    assert make_recipe({**RUN, "word_vectors": "random"}).network.word_vectors == "random"
    with pytest.raises(
        ConfigError, match=f"`word_vectors` cannot be given with `start_from`: {DEFAULT_PRESET} has its own"
    ):
        make_recipe({**RUN, "word_vectors": "captions"})


def test_a_bundle_that_is_not_there_or_holds_another_kind_of_cnn_is_one_sentence(bundle, tmp_path):
    with pytest.raises(BundleError, match="neither a model directory nor a bundled model"):
        make_recipe({**RUN, "start_from": str(tmp_path / "nowhere")})
    with pytest.raises(BundleError, match="is none of those that a recipe can name"):
        make_recipe({**RUN, "start_from": str(bundle)})


def test_the_first_stage_begins_with_the_weights_of_the_bundle_and_the_search_of_the_recipe(recipe, tiny_model):
    model = first_model(recipe, tiny_model.vocabulary)
    for weight, expected in zip(model.get_weights(), tiny_model.get_weights(), strict=True):
        np.testing.assert_array_equal(weight, expected)
    assert model.decoding.beam_size == 2


def test_words_are_numbered_as_in_the_bundle(recipe, bundle):
    give_words(bundle, "square", "is", "a", "which", "on", "page")
    vocabulary = training_data(recipe).vocabulary
    assert vocabulary.encode("a red square") == [6, 3, 4]


def test_captions_of_which_the_bundle_does_not_know_the_words_are_refused(recipe, bundle):
    give_words(bundle, "square")
    with pytest.raises(VocabularyError, match=r"knows 17% of the words .* it must know 50%"):
        training_data(recipe)


def test_the_record_knows_which_weights_the_run_began_with(recipe, bundle, colour_data):
    give_words(bundle, "square", "is", "a", "which", "on", "page")
    inputs = describe_inputs(recipe, training_data(recipe))
    assert inputs["start_from_sha256"] == file_sha256(bundle / "model.weights.h5")
    assert inputs["data_sha256"]["val.json"] == file_sha256(colour_data / "val.json")
    assert inputs["images"] == {"train": 6, "val": 3}
