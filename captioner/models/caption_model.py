"""Encoder, decoder and vocabulary joined into one model that is trained end to end."""

from pathlib import Path

import keras
from keras import ops

from captioner.config import CalibrationConfig, DecodingConfig
from captioner.data.sides import names_side
from captioner.data.vocabulary import Vocabulary
from captioner.models.augmentation import PictureAugmentation
from captioner.models.block_encoder import BlockEncoder
from captioner.models.decoders import Decoder
from captioner.models.recomputation import RecomputedBlocks
from captioner.models.scheduled_sampling import ScheduledSampling
from groundwork.accumulation import AccumulatedTraining


class CaptionModel(AccumulatedTraining, keras.Model):
    """A convolutional encoder whose image vector starts a recurrent decoder; gradients flow through both.

    O. Vinyals et al., "Show and Tell", 2015 (arXiv:1411.4555); A. Karpathy, L. Fei-Fei, 2015 (arXiv:1412.2306).

    Args:
        encoder: pictures `(batch, height, width, 3)` to regions `(batch, regions, channels)`.
        decoder: offers `call(token_ids, image_features)`, `initial_state(image_features)`, `step(token_ids, state)`.
        vocabulary: the words behind the decoder's token ids.
        decoding: how captions are searched for unless a caller says otherwise.
        calibration: what its captions' probabilities mean; lost when it is trained on.
        augmentation: changes pictures before the encoder sees them, in training only; it is no part of a bundle. A
            picture of which a caption says left or right is not mirrored.
        scheduled_sampling: share of words that are the model's own in training, see `ScheduledSampling`.

    Call: a dictionary of `images`, uint8 `(batch, height, width, 3)`, and `token_ids`, int32
    `(batch, captions, time)`, to logits `(batch, captions, time, vocabulary)`. The encoder runs once an image.
    """

    def __init__(
        self,
        encoder: keras.Model,
        decoder: Decoder,
        vocabulary: Vocabulary,
        *,
        decoding: DecodingConfig | None = None,
        calibration: CalibrationConfig | None = None,
        augmentation: PictureAugmentation | None = None,
        scheduled_sampling: float = 0.0,
        name: str = "caption_model",
    ):
        super().__init__(name=name)
        self.encoder = encoder
        self.decoder = decoder
        self.vocabulary = vocabulary
        self.decoding = decoding or DecodingConfig()
        self.calibration = calibration
        self.augmentation = augmentation
        self.scheduled_sampling = ScheduledSampling(scheduled_sampling) if scheduled_sampling else None
        if not decoder.built:
            decoder.build((None, None, None), encoder.output_shape)
        self.built = True

    def call(self, inputs, training=False):
        token_ids = inputs["token_ids"]
        image_features = self.image_features(inputs, training=training)
        if self.scheduled_sampling is not None and training:
            predicted = ops.stop_gradient(self.decoder(token_ids, image_features))
            token_ids = self.scheduled_sampling(token_ids, predicted)
        return self.decoder(token_ids, image_features, training=training)

    def image_features(self, inputs, training=False):
        """The features `(batch, regions, channels)` of a call's pictures, in training of changed ones."""
        images = inputs["images"]
        if self.augmentation is not None and training:
            may_flip = ops.logical_not(self._names_a_side(inputs["token_ids"]))
            images = self.augmentation(images, may_flip, training=True)
        return self.encoder(images, training=training)

    def encode(self, images):
        """Pictures, uint8 `(batch, height, width, 3)`, to image features `(batch, regions, channels)`."""
        return self.encoder(images, training=False)

    def initial_state(self, image_features):
        """The decoder's state before the first word; every part has `batch` rows."""
        return self.decoder.initial_state(image_features)

    def step(self, token_ids, state):
        """Token ids `(rows,)` and a state to the next word's logits `(rows, vocabulary)` and the next state."""
        return self.decoder.step(token_ids, state)

    def on_pictures(self, block: str | None, *, augmentation: PictureAugmentation | None = None) -> "CaptionModel":
        """A captioner that shares all layers, for training from pictures instead of cached features.

        Of the encoder it trains `block` and those behind, all of it with `"block1"`, nothing of it with None.
        """
        self.encoder.train_from(block)
        return self._around(self.encoder, augmentation)

    def recomputing(self) -> "CaptionModel":
        """A captioner that shares all layers and is trained with less memory; see `RecomputedBlocks`."""
        return self._around(RecomputedBlocks(self.encoder), self.augmentation)

    def cut_before(self, block: str | None) -> tuple[keras.Model, "CaptionModel"]:
        """The encoder's part before `block`, and a captioner that shares the rest and takes that part's output.

        With None the first part is the whole encoder and the second captioner reads image features as they are. The
        two are what training from cached features needs: the first part runs once a picture, the second is trained.
        """
        encoder: BlockEncoder = self.encoder
        trunk, head = encoder.split_before(block)
        if head is None:
            features = keras.Input(encoder.output_shape[1:], name="image_features")
            head = keras.Model(features, features, name="no_head")
        return trunk, self._around(head)

    @classmethod
    def from_preset(cls, preset: str | Path) -> "CaptionModel":
        """Loads a bundled model by name, or any bundle directory; see `captioner.bundle`."""
        from captioner.bundle import load_bundle  # The bundle is a layer above the model.

        return load_bundle(preset)

    def save_to_preset(self, directory: str | Path, *, precision: str = "8bit") -> None:
        """Writes a bundle directory that `from_preset` loads; see `captioner.bundle`."""
        from captioner.bundle import save_bundle

        save_bundle(self, directory, precision=precision)

    def _around(self, encoder: keras.Model, augmentation: PictureAugmentation | None = None) -> "CaptionModel":
        """A captioner that shares the decoder, behind another encoder."""
        return CaptionModel(
            encoder,
            self.decoder,
            self.vocabulary,
            decoding=self.decoding,
            augmentation=augmentation,
            scheduled_sampling=0.0 if self.scheduled_sampling is None else self.scheduled_sampling.rate,
        )

    def _names_a_side(self, token_ids):
        """For each image whether one of its captions says left or right, bool `(batch,)`."""
        sides = ops.convert_to_tensor([names_side(word) for word in self.vocabulary.words])
        return ops.any(ops.take(sides, token_ids), axis=(1, 2))
