import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers, ops

from language_models.fast_lstm import FastLSTM

PADDED = np.array([[True] * 5, [True, True, False, False, False]])


@pytest.fixture
def pair(ramp):
    """The layer of Keras and the fast one with the same weights."""
    both = [kind(3, return_sequences=True, return_state=True) for kind in (layers.LSTM, FastLSTM)]
    for layer in both:
        layer.build((2, 5, 4))
        layer.set_weights([ramp(4, 12), ramp(3, 12) * 0.7, ramp(12)])
    return both


def results(layer, inputs, hidden, cell, **options):
    return layer(inputs, initial_state=[hidden, cell], **options)


def test_outputs_and_state_are_those_of_keras(pair, ramp):
    arguments = ramp(2, 5, 4), ramp(2, 3), ramp(2, 3) * 2
    for expected, found in zip(*(results(layer, *arguments) for layer in pair), strict=True):
        np.testing.assert_allclose(found, expected, atol=1e-6)


@pytest.mark.parametrize("mask", [None, PADDED], ids=["whole", "padded"])
def test_gradients_are_those_of_keras(pair, ramp, gradients, mask):
    arrays = [ramp(2, 5, 4), ramp(2, 3), ramp(2, 3) * 2, *pair[0].get_weights()]

    def loss_of(layer):
        def loss(inputs, hidden, cell, *weights):
            mapping = list(zip(layer.trainable_variables, weights, strict=True))
            with keras.StatelessScope(state_mapping=mapping):
                outputs, hidden, cell = results(layer, inputs, hidden, cell, mask=mask)
            return ops.sum(outputs * ramp(2, 5, 3)) / 4 + ops.sum(hidden * cell) / 4

        return loss

    for expected, found in zip(*(gradients(loss_of(layer), arrays) for layer in pair), strict=True):
        np.testing.assert_allclose(found, expected, atol=1e-6)


def test_masked_steps_are_left_out_as_in_keras(pair, ramp):
    arguments = ramp(2, 5, 4), ramp(2, 3), ramp(2, 3) * 2
    for expected, found in zip(*(results(layer, *arguments, mask=PADDED) for layer in pair), strict=True):
        np.testing.assert_allclose(found, expected, atol=1e-6)


def test_sequences_can_be_read_backwards(ramp):
    layer = FastLSTM(3, return_sequences=True, go_backwards=True)
    outputs = layer(ramp(2, 5, 4))
    forward = FastLSTM(3, return_sequences=True)
    forward.build((2, 5, 4))
    forward.set_weights(layer.get_weights())
    np.testing.assert_allclose(outputs, forward(ramp(2, 5, 4)[:, ::-1]), atol=1e-6)


def test_it_trains_on_batches_of_unknown_length(ramp):
    def batches():
        yield from [(ramp(2, time, 4), np.ones((2, time, 1), "float32")) for time in (3, 5)]

    shapes = tuple(tf.TensorSpec((None, None, features)) for features in (4, 1))
    dataset = tf.data.Dataset.from_generator(batches, output_signature=shapes).repeat()
    model = keras.Sequential([FastLSTM(3, return_sequences=True), layers.Dense(1)])
    model.compile("adam", "mse")
    history = model.fit(dataset, steps_per_epoch=2, shuffle=False, verbose=0)
    assert np.isfinite(history.history["loss"]).all()


def test_a_model_with_it_trains(ramp):
    model = keras.Sequential([keras.Input((None, 4)), FastLSTM(3, return_sequences=True), layers.Dense(1)])
    model.compile("adam", "mse")
    first = model.train_on_batch(ramp(2, 5, 4), np.ones((2, 5, 1)))
    for _ in range(20):
        last = model.train_on_batch(ramp(2, 5, 4), np.ones((2, 5, 1)))
    assert last < first
