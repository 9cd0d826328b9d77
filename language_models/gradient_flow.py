"""How the gradient of a loss at step T shrinks or grows on its way back to earlier states."""

from collections.abc import Callable
from typing import Any

import numpy as np
from keras import ops

from groundwork.errors import ConfigError
from language_models.cells.activations import GateReader, weights_of
from language_models.char_model import CharModel

Gradients = dict[str, np.ndarray]
"""By part of a state, "hidden" and for an LSTM "cell": the gradient of a loss by it, `(batch, units)`."""


def gradient_norms(model: CharModel, token_ids: np.ndarray) -> dict[str, np.ndarray]:
    """The norm of d loss_T / d h_t, and for an LSTM of d loss_T / d c_t, at each distance T - t.

    The loss is the cross-entropy of the last token alone, given all before it from the zero state. Gradients are
    total: a state counts with all that it does to later ones. Norms are Euclidean, for one text, then averaged.

    Args:
        model: of one layer, without layer normalisation.
        token_ids: int `(batch, steps + 1)`.

    Returns:
        By "hidden" or "cell", float64 `(steps,)`; place k is the distance k.

    Raises:
        ConfigError: the model has several layers or normalises.
    """
    if model.stack.depth > 1 or model.stack.norms:
        raise ConfigError("Gradients are followed through one recurrent layer without layer normalisation.")
    inputs, state = token_ids[:, :-1].astype(np.int32), model.initial_state(len(token_ids))
    gates = GateReader(model).predict_on_batch((inputs, _arrays(state)))[0][0]._asdict()
    weights = [np.asarray(ops.convert_to_numpy(weight)) for weight in weights_of(model.stack.forward_layers[0])]
    back, gradients = BACKWARD[model.stack.cell], _last_gradients(model, gates["hidden"][:, -1], token_ids[:, -1])
    norms: dict[str, list[float]] = {}
    for time in reversed(range(inputs.shape[1])):
        now = {name: values[:, time] for name, values in gates.items()}
        # Before the first step all states are zeros.
        before = {name: values[:, time - 1] if time else np.zeros_like(values[:, 0]) for name, values in gates.items()}
        totals, gradients = back(now, before, gradients, weights)
        for name, total in totals.items():
            norms.setdefault(name, []).append(float(np.linalg.norm(total.astype(np.float64), axis=-1).mean()))
    return {name: np.array(values) for name, values in norms.items()}


def _last_gradients(model: CharModel, hidden: np.ndarray, targets: np.ndarray) -> Gradients:
    """d loss_T / d h_T = W^T (p - y) for a softmax over W h + b."""
    logits = np.asarray(ops.convert_to_numpy(model.output_layer(hidden)), np.float64)
    errors = np.exp(logits - logits.max(axis=-1, keepdims=True))
    errors /= errors.sum(axis=-1, keepdims=True)
    errors[np.arange(len(targets)), targets] -= 1
    kernel = np.asarray(ops.convert_to_numpy(model.output_layer.kernel), np.float64)
    return {"hidden": errors @ kernel.T, "cell": np.zeros_like(hidden, np.float64)}


def _vanilla_rnn_back(now, before, gradients, weights) -> tuple[Gradients, Gradients]:
    d_hidden = gradients["hidden"]
    d_sum = d_hidden * (1 - now["hidden"] ** 2)
    return {"hidden": d_hidden}, {"hidden": d_sum @ weights[1].T}


def _lstm_back(now, before, gradients, weights) -> tuple[Gradients, Gradients]:
    i, f, g, o = (now[name] for name in ("input_gate", "forget_gate", "candidate", "output_gate"))
    d_hidden, squashed = gradients["hidden"], np.tanh(now["cell"])
    d_cell = gradients["cell"] + d_hidden * o * (1 - squashed**2)
    d_i, d_f = d_cell * g * i * (1 - i), d_cell * before["cell"] * f * (1 - f)
    d_g, d_o = d_cell * i * (1 - g**2), d_hidden * squashed * o * (1 - o)
    d_sums = np.concatenate([d_i, d_f, d_g, d_o], axis=-1)
    return {"hidden": d_hidden, "cell": d_cell}, {"hidden": d_sums @ weights[1].T, "cell": d_cell * f}


def _gru_back(now, before, gradients, weights) -> tuple[Gradients, Gradients]:
    r, z, n = (now[name] for name in ("reset_gate", "update_gate", "candidate"))
    d_hidden, hidden, units = gradients["hidden"], before["hidden"], now["hidden"].shape[-1]
    recalled = hidden @ weights[1][:, 2 * units :] + weights[2][1, 2 * units :]
    d_z, d_n = d_hidden * (hidden - n) * z * (1 - z), d_hidden * (1 - z) * (1 - n**2)
    d_r = d_n * recalled * r * (1 - r)
    d_sums = np.concatenate([d_z, d_r, d_n * r], axis=-1)
    return {"hidden": d_hidden}, {"hidden": d_hidden * z + d_sums @ weights[1].T}


BACKWARD: dict[str, Callable[..., tuple[Gradients, Gradients]]] = {
    "rnn": _vanilla_rnn_back,
    "lstm": _lstm_back,
    "gru": _gru_back,
}
"""One step of backpropagation through each cell: total gradients of the states at t, and what flows on to t - 1.

Each takes the gates at t and the states at t - 1 by name, what flows back from t + 1 (or the loss), and kernel,
recurrent kernel and bias.
"""


def _arrays(state: tuple) -> Any:
    return tuple(type(part)(*(ops.convert_to_numpy(values) for values in part)) for part in state)
