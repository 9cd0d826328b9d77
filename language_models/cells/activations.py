"""Hidden states, cell states and gates of a character model at every character of a text."""

from typing import NamedTuple

import keras
import numpy as np
from keras import ops

from groundwork.errors import DataError
from language_models.alphabet import ByteAlphabet
from language_models.cells.gates import gate_sequence
from language_models.char_model import CharModel

WINDOW = 256
CENTRES = {"input_gate": 0.5, "forget_gate": 0.5, "output_gate": 0.5, "reset_gate": 0.5, "update_gate": 0.5}


class Quantity(NamedTuple):
    """One kind of number that each unit of a layer has at each character.

    Attributes:
        name: such as "cell", "forget gate" or, in a model of several layers, "cell of layer 2".
        centre: the value that is neither high nor low: 0.5 for gates, 0 for all others.
        values: float32 `(characters, units)`; row t is what holds after character t has been read.
    """

    name: str
    centre: float
    values: np.ndarray


def trace(model: CharModel, text: str) -> list[Quantity]:
    """What all units of all layers do while the model reads a text, its state carried from the first character on.

    A model that reads bytes has the values after the last byte of each character.

    Raises:
        DataError: the text is empty, or has characters that the model's alphabet lacks.
    """
    token_ids = model.alphabet.encode(text)
    if not len(token_ids):
        raise DataError("The text is empty; there is nothing to read.")
    windows, state = [], keras.tree.map_structure(ops.convert_to_numpy, model.initial_state(1))
    reader = GateReader(model)
    for start in range(0, len(token_ids), WINDOW):
        # The last window is filled up, so that only one shape is compiled.
        window = np.zeros((1, WINDOW), np.int32)
        piece = token_ids[start : start + WINDOW]
        window[0, : len(piece)] = piece
        gates, state = reader.predict_on_batch((window, state))
        windows.append(gates)
    kept = _last_tokens(text) if isinstance(model.alphabet, ByteAlphabet) else np.arange(len(text))
    return [
        Quantity(_name(field, layer, model.stack.depth), CENTRES.get(field, 0.0), _joined(windows, layer, field)[kept])
        for layer in range(model.stack.depth)
        for field in windows[0][layer]._fields
    ]


class GateReader(keras.Model):
    """Gates of all layers over a window of token ids, and the state after it; compiled by `predict_on_batch`."""

    def __init__(self, model: CharModel):
        super().__init__(name="gate_reader")
        self.model = model
        self.built = True
        self.compile(jit_compile=keras.backend.backend() == "jax")

    def call(self, window):
        token_ids, state = window
        stack, new_states, gates = self.model.stack, [], []
        outputs = self.model._vectors(token_ids)
        for index, (layer, layer_state) in enumerate(zip(stack.forward_layers, state, strict=True)):
            layer_gates, layer_state = gate_sequence(stack.cell, outputs, layer_state, weights_of(layer))
            outputs = ops.swapaxes(layer_gates.hidden, 0, 1)  # (batch, time, units)
            if stack.norms:
                outputs = stack.norms[index](outputs)
            gates.append(keras.tree.map_structure(lambda part: ops.swapaxes(part, 0, 1), layer_gates))
            new_states.append(layer_state)
        return tuple(gates), tuple(new_states)


def weights_of(layer: keras.layers.Layer) -> list:
    """Kernel, recurrent kernel and bias of a recurrent layer of Keras, as the equations take them."""
    cell = layer.cell
    return [ops.convert_to_tensor(weight) for weight in (cell.kernel, cell.recurrent_kernel, cell.bias)]


def _joined(windows: list, layer: int, field: str) -> np.ndarray:
    return np.concatenate([getattr(window[layer], field)[0] for window in windows])


def _last_tokens(text: str) -> np.ndarray:
    return np.cumsum([len(character.encode("utf-8")) for character in text]) - 1


def _name(field: str, layer: int, depth: int) -> str:
    name = field.replace("_", " ")
    return name if depth == 1 else f"{name} of layer {layer + 1}"
