"""The captioner that a recipe describes, and the same captioner as a stage trains it."""

from captioner.config import DecodingConfig, NetworkConfig
from captioner.data.vocabulary import Vocabulary
from captioner.models.augmentation import PictureAugmentation
from captioner.models.caption_model import CaptionModel
from captioner.models.decoders import make_decoder
from captioner.models.encoders import make_published_encoder
from captioner.training.stage import FROZEN, StageConfig

# Arguments of decoders that are fields of a stage and not of the network.
DECODER_OPTIONS = ("dropout", "image_dropout", "region_dropout", "attention_penalty")


def build_model(network: NetworkConfig, vocabulary: Vocabulary, decoding: DecodingConfig) -> CaptionModel:
    """A captioner with the encoder's weights as configured and a new decoder, without dropout."""
    encoder = make_published_encoder(network.encoder, image_size=network.image_size, last_pooling=network.last_pooling)
    if network.encoder_weights != "random":
        encoder.load_imagenet_weights(network.encoder_weights)
    decoder = make_decoder(
        kind=network.decoder,
        vocabulary_size=len(vocabulary),
        embedding_dim=network.embedding_dim,
        units=network.units,
        pyramid=network.pyramid,
        tie_embeddings=network.tie_embeddings,
    )
    return CaptionModel(encoder, decoder, vocabulary, decoding=decoding)


def make_trainee(model: CaptionModel, stage: StageConfig) -> CaptionModel:
    """The part of a captioner that runs in a stage's steps: what is trained, and on pictures all of it."""
    if stage.is_live:
        block = None if stage.train_from == FROZEN else stage.train_from
        trainee = model.on_pictures(block, augmentation=PictureAugmentation() if stage.augment else None)
    else:
        _, trainee = model.cut_before(stage.cut)
    return trainee.recomputing() if stage.recompute else trainee


def for_stage(model: CaptionModel, stage: StageConfig) -> CaptionModel:
    """The same encoder, and a decoder of the same weights with the stage's options, which a layer cannot change."""
    options = model.decoder.get_config()
    options |= {name: getattr(stage, name) for name in DECODER_OPTIONS if name in options}
    decoder = type(model.decoder).from_config(options)
    result = CaptionModel(
        model.encoder,
        decoder,
        model.vocabulary,
        decoding=model.decoding,
        scheduled_sampling=stage.scheduled_sampling,
    )
    decoder.set_weights(model.decoder.get_weights())
    return result
