"""What every decoder does, whatever is in it."""

import keras
import numpy as np
import pytest
from keras import ops

from captioner.models.decoders import make_decoder
from groundwork.errors import ConfigError

FEATURES = np.linspace(-1, 1, 2 * 4 * 3, dtype=np.float32).reshape(2, 4, 3)
TOKEN_IDS = np.array([[[1, 4, 5], [1, 5, 4]], [[1, 2, 0], [1, 4, 4]]], np.int32)


def make(kind, **options):
    keras.utils.set_random_seed(0)
    return make_decoder(
        kind=kind, **{"vocabulary_size": 6, "embedding_dim": 4, "units": 3, "pyramid": (1, 2), **options}
    )


@pytest.fixture(params=["lstm", "soft"])
def decoder(request):
    return make(request.param)


def test_repeated_steps_equal_the_whole_sequence(decoder):
    logits = decoder(TOKEN_IDS, FEATURES)
    state = decoder.initial_state(FEATURES)
    for time in range(3):
        step_logits, state = decoder.step(TOKEN_IDS[:, 1, time], state)
        np.testing.assert_allclose(step_logits, logits[:, 1, time], atol=1e-5)


def test_logits_of_chosen_places_are_those_of_all(decoder):
    logits = np.asarray(decoder(TOKEN_IDS, FEATURES)).reshape(12, 6)
    np.testing.assert_allclose(decoder(TOKEN_IDS, FEATURES, places=np.array([7, 0, 11])), logits[[7, 0, 11]], atol=1e-6)


def test_every_part_of_the_state_has_a_row_an_image(decoder):
    decoder(TOKEN_IDS, FEATURES)
    assert {part.shape[0] for part in keras.tree.flatten(decoder.initial_state(FEATURES))} == {2}


def test_captions_of_an_image_do_not_see_each_other(decoder):
    together = decoder(TOKEN_IDS, FEATURES)
    alone = decoder(TOKEN_IDS[:, 1:], FEATURES)
    np.testing.assert_allclose(together[:, 1:], alone, atol=1e-6)


def test_what_follows_a_word_does_not_change_its_logits(decoder):
    changed = TOKEN_IDS.copy()
    changed[:, :, 2] = 3
    np.testing.assert_allclose(decoder(changed, FEATURES)[:, :, :2], decoder(TOKEN_IDS, FEATURES)[:, :, :2], atol=1e-6)


@pytest.mark.parametrize("kind", ["lstm", "soft"])
def test_dropout_works_in_training_only(kind):
    decoder = make(kind, dropout=0.5, image_dropout=0.5)
    quiet = decoder(TOKEN_IDS, FEATURES)
    np.testing.assert_array_equal(decoder(TOKEN_IDS, FEATURES), quiet)
    assert float(ops.max(ops.abs(decoder(TOKEN_IDS, FEATURES, training=True) - quiet))) > 1e-3


def test_a_configuration_makes_the_same_decoder_again(decoder):
    decoder(TOKEN_IDS, FEATURES)
    again = type(decoder).from_config(decoder.get_config())
    again(TOKEN_IDS, FEATURES)
    again.set_weights(decoder.get_weights())
    np.testing.assert_array_equal(again(TOKEN_IDS, FEATURES), decoder(TOKEN_IDS, FEATURES))


def test_another_kind_is_one_sentence():
    with pytest.raises(ConfigError, match="one of lstm, soft, received 'hard'"):
        make_decoder(kind="hard", vocabulary_size=6)
