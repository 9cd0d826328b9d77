"""Decoders that are tables of next-token probabilities, so that every right answer can be worked out."""

import itertools
from dataclasses import fields

import keras
import numpy as np
import pytest
from keras import ops

from captioner.decoding import CaptionRules, Decoded
from captioner.decoding.rows import PerImage

PAD, START, END, UNKNOWN = range(4)
TOKENS = {"start_id": START, "end_id": END, "pad_id": PAD, "forbidden_ids": (UNKNOWN,)}


def step(token_ids, state):
    """Looks one token back in tables `(batch, last, next)`, or two in tables `(batch, last but one, last, next)`."""
    (of_images,) = state["tables"]
    tables = ops.repeat(of_images, ops.shape(token_ids)[0] // ops.shape(of_images)[0], axis=0)
    last, before = (ops.one_hot(ids, tables.shape[-1]) for ids in (token_ids, state["before"]))
    if len(tables.shape) == 3:
        probs = ops.einsum("rv,rvw->rw", last, tables)
    else:
        probs = ops.einsum("ru,rv,ruvw->rw", before, last, tables)
    return ops.log(probs), {"tables": state["tables"], "before": ops.cast(token_ids, "int32")}


def with_rules(search, options):
    """A search that keeps the rules among the options, and takes the others itself."""
    names = {field.name for field in fields(CaptionRules)}
    rules = CaptionRules(**{**TOKENS, **{name: value for name, value in options.items() if name in names}})
    others = {name: value for name, value in options.items() if name not in names}
    return lambda tables: search(step, start_of(tables), rules, **others)


def start_of(tables):
    return {"tables": PerImage(tables), "before": ops.full((ops.shape(tables)[0],), START, dtype="int32")}


class Searcher(keras.Model):
    """Tables to `Decoded`, compiled by Keras."""

    def __init__(self, search, **options):
        super().__init__()
        self.search, self.built = with_rules(search, options), True

    def call(self, tables):
        return self.search(tables)


@pytest.fixture
def searcher():
    return Searcher


@pytest.fixture
def decode():
    """`decode(search, tables, **options)` on tables `(batch, ...)`, not compiled; NumPy arrays."""

    def run(search, tables, **options):
        tables = ops.convert_to_tensor(np.asarray(tables, "float32"))
        return Decoded(*map(ops.convert_to_numpy, with_rules(search, options)(tables)))

    return run


@pytest.fixture
def table():
    """`table({last: {next: probability}}, size=...)`; what a row lacks goes to the unknown word, other rows end."""

    def build(rows, size):
        probs = np.zeros((size, size))
        probs[:, END] = 0.9
        for last, following in rows.items():
            probs[last] = 0
            probs[last, list(following)] = list(following.values())
        probs[:, UNKNOWN] += 1 - probs.sum(axis=-1)
        return probs

    return build


@pytest.fixture
def random_tables():
    """`random_tables(shape, seed)`: probabilities, none of them 0, that add up to 1 along the last axis."""

    def draw(shape, seed):
        return np.random.default_rng(seed).dirichlet(np.full(shape[-1], 0.5), size=shape[:-1]) * 0.99 + 0.01 / shape[-1]

    return draw


@pytest.fixture
def log_prob():
    """`log_prob(table, tokens)`: the log-probability of a caption under the table of one image."""

    def total(table, tokens):
        history = [START, START, *tokens]
        order = table.ndim - 1
        places = range(2, len(history))
        return sum(np.log(table[tuple(history[place - order : place + 1])]) for place in places)

    return total


@pytest.fixture
def all_captions(log_prob):
    """Every caption of up to `max_length` tokens as `(score, tokens)`, the best first."""

    def enumerate_captions(table, max_length, length_penalty):
        words = range(UNKNOWN + 1, table.shape[-1])
        captions = [
            (*caption, END) for length in range(max_length) for caption in itertools.product(words, repeat=length)
        ]
        return sorted(((log_prob(table, c) / len(c) ** length_penalty, c) for c in captions), reverse=True)

    return enumerate_captions


@pytest.fixture
def without_padding():
    return lambda token_ids: tuple(int(token) for token in token_ids if token != PAD)
