"""The captioner that a recipe describes, and the same captioner as a stage trains it."""

from captioner.config import DecodingConfig, NetworkConfig
from captioner.data.vocabulary import Vocabulary
from captioner.models.caption_model import CaptionModel
from captioner.models.lstm_decoder import LSTMDecoder
from captioner.models.vgg_encoder import VGGEncoder


def build_model(network: NetworkConfig, vocabulary: Vocabulary, decoding: DecodingConfig) -> CaptionModel:
    """A captioner with the encoder's weights as configured and a new decoder, without dropout."""
    encoder = VGGEncoder.from_name(network.encoder, image_size=network.image_size)
    if network.encoder_weights != "random":
        encoder.load_imagenet_weights(network.encoder_weights)
    decoder = LSTMDecoder(
        vocabulary_size=len(vocabulary),
        embedding_dim=network.embedding_dim,
        units=network.units,
        pyramid=network.pyramid,
        tie_embeddings=network.tie_embeddings,
    )
    return CaptionModel(encoder, decoder, vocabulary, decoding=decoding)


def with_dropout(model: CaptionModel, *, dropout: float, image_dropout: float) -> CaptionModel:
    """The same encoder and a decoder of the same weights that drops other shares; a Keras layer keeps its share."""
    options = {**model.decoder.get_config(), "dropout": dropout, "image_dropout": image_dropout}
    result = CaptionModel(
        model.encoder, type(model.decoder).from_config(options), model.vocabulary, decoding=model.decoding
    )
    result.decoder.set_weights(model.decoder.get_weights())
    return result
