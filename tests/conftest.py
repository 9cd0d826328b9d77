"""Captioners, pictures and prepared data small enough to be understood, and the scripts as modules."""

import importlib.util
import json
import os
from pathlib import Path
from types import SimpleNamespace

from groundwork.console import quiet_imports
from groundwork.kernels import use_onednn

# XLA's optimizations take much longer than what they save on models of this size.
os.environ.setdefault("XLA_FLAGS", "--xla_backend_optimization_level=0")
with quiet_imports():  # Before anything else imports TensorFlow.
    use_onednn()  # As the scripts do.
    import keras
import numpy as np
import pytest
from keras import ops
from PIL import Image

from captioner.config import DecodingConfig
from captioner.data.vocabulary import END_ID, PAD_ID, SPECIAL_TOKENS, START_ID, UNKNOWN_ID, Vocabulary
from captioner.models.caption_model import CaptionModel
from captioner.models.lstm_decoder import LSTMDecoder
from captioner.models.vgg_encoder import VGGEncoder

if keras.backend.backend() == "tensorflow":
    import tensorflow as tf

    # Nor are graphs of this size run often enough for Grappler's.
    tf.config.optimizer.set_experimental_options({"disable_meta_optimizer": True})

COLOURS = {"red": (220, 20, 20), "green": (20, 200, 20), "blue": (20, 20, 220)}
SCRIPTS = Path(__file__).parent.parent / "scripts"


@pytest.hookimpl(tryfirst=True)  # Before pytest-xdist reads the groups.
def pytest_collection_modifyitems(items):
    """Tests of one file stay in one process, and those of `distribution`, which share trainings."""
    for item in items:
        folder = item.path.parent.name
        item.add_marker(pytest.mark.xdist_group(folder if folder == "distribution" else item.path.name))


class BrightnessModel(keras.Model):
    """Calls a picture `dark` with probability 0.9 - 0.8 b or `bright` with 0.1 + 0.8 b, where b is its mean, 0 to 1.

    After that word the caption ends with probability 0.75, or `picture` follows with 0.25 and it ends for certain.
    """

    vocabulary = Vocabulary([*SPECIAL_TOKENS, "dark", "bright", "picture"])

    def __init__(self):
        super().__init__()
        self.decoding = DecodingConfig()
        self.calibration = None
        self.encoder = SimpleNamespace(image_size=8)
        table = np.full((7, 7), 1e-9, "float32")
        table[[4, 5], 2], table[[4, 5], 6], table[6, 2] = 0.75, 0.25, 1.0
        self.table = table
        self.built = True

    def encode(self, images):
        return ops.mean(ops.cast(images, "float32") / 255, axis=(1, 2, 3))[:, None, None]

    def initial_state(self, image_features):
        return image_features[:, 0]

    def step(self, token_ids, state):
        bright = 0.1 + 0.8 * state
        first = ops.pad(ops.concatenate([1 - bright, bright], axis=-1), [[0, 0], [4, 1]]) + 1e-9
        return ops.log(ops.where(token_ids[:, None] == 1, first, ops.take(self.table, token_ids, axis=0))), state


@pytest.fixture
def brightness_model():
    return BrightnessModel()


@pytest.fixture
def grey_picture(tmp_path):
    """`grey_picture(name, level)`: the path of a small picture of one brightness, 0 to 255."""

    def save(name: str, level: int) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("L", (8, 8), level).save(path, "PNG")
        return path

    return save


@pytest.fixture
def load_script():
    """`load_script(name)`: scripts/name.py as a module."""

    def load(name: str):
        spec = importlib.util.spec_from_file_location(f"script_{name}", SCRIPTS / f"{name}.py")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    return load


@pytest.fixture
def tiny_model() -> CaptionModel:
    """Two blocks of one convolution, four regions, ten words; the same weights every time."""
    keras.utils.set_random_seed(0)
    vocabulary = Vocabulary([*SPECIAL_TOKENS, *"abcdef"])
    encoder = VGGEncoder(repeats=(1, 1), filters=(4, 6), image_size=8)
    decoder = LSTMDecoder(vocabulary_size=10, embedding_dim=6, units=5, pyramid=(1, 2))
    return CaptionModel(encoder, decoder, vocabulary)


@pytest.fixture
def colour_data(tmp_path: Path) -> Path:
    """A prepared directory: six squares of three colours for training, three for validation, two captions each."""
    folder = tmp_path / "prepared"
    folder.mkdir()
    for split, copies in (("train", 2), ("val", 1)):
        names = [(colour, copy) for colour in COLOURS for copy in range(copies)]
        images, annotations = [], []
        for image_id, (colour, copy) in enumerate(names, 1):
            file_name = f"{split}_{colour}_{copy}.png"
            pixels = np.full((16, 16, 3), COLOURS[colour], np.int16) + copy
            Image.fromarray(pixels.astype(np.uint8)).save(folder / file_name)
            images.append({"id": image_id, "file_name": file_name})
            for caption in (f"a {colour} square on a page", f"one square which is all {colour}"):
                annotations.append({"id": len(annotations), "image_id": image_id, "caption": caption})
        (folder / f"{split}.json").write_text(json.dumps({"images": images, "annotations": annotations}))
    words = Vocabulary.build(f"a one square on page which is all {' '.join(COLOURS)}".split())
    words.save(folder / "vocabulary.txt")
    return folder


@pytest.fixture
def gradients_of():
    """`gradients_of(variables, loss)`: the gradients of `loss()`, by the backend alone."""

    def compute(variables, loss):
        if keras.backend.backend() == "tensorflow":
            import tensorflow as tf

            with tf.GradientTape() as tape:
                value = loss()
            gradients = tape.gradient(value, variables, unconnected_gradients="zero")
            return [ops.convert_to_numpy(gradient) for gradient in gradients]
        import jax

        def loss_of(values):
            with keras.StatelessScope(state_mapping=list(zip(variables, values, strict=True))):
                return loss()

        return jax.grad(loss_of)([variable.value for variable in variables])

    return compute


@pytest.fixture
def log_probability():
    """`log_probability(captioner, image, caption, max_length=, temperature=)`: that `sample` draws it, word by word."""

    def compute(captioner, image, caption, *, max_length, temperature=1.0):
        state = captioner.initial_state(captioner.encoder(image[None]))
        total, last = 0.0, START_ID
        for place, token in enumerate(caption[: max_length - 1]):
            logits, state = captioner.step(np.array([last]), state)
            banned = (PAD_ID, START_ID, UNKNOWN_ID, *[END_ID][place:])
            possible = [word for word in range(logits.shape[1]) if word not in banned]
            log_probs = ops.log_softmax(ops.take(logits[0], np.array(possible)) / temperature)
            total, last = total + log_probs[possible.index(token)], token
        return total

    return compute
