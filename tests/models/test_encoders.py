import json

import pytest

from captioner.models.encoders import describe_encoder, encoder_name, make_encoder
from captioner.models.mobilenet_v2_encoder import MobileNetV2Encoder
from captioner.models.published import published_name
from captioner.models.vgg_encoder import VGGEncoder
from groundwork.errors import ConfigError

TINY = [
    VGGEncoder(repeats=(1, 1), filters=(2, 3), image_size=8, last_pooling=False),
    MobileNetV2Encoder(bottlenecks=((1, 2, 1, 1), (2, 3, 1, 2)), filters=(4, 5), image_size=8),
]


@pytest.mark.parametrize("encoder", TINY, ids=encoder_name)
def test_a_description_that_went_through_json_makes_the_network_again(encoder):
    again = make_encoder(**json.loads(json.dumps(describe_encoder(encoder))))
    assert type(again) is type(encoder)
    assert again.get_config() == encoder.get_config()
    assert [weight.shape for weight in again.weights] == [weight.shape for weight in encoder.weights]


def test_published_networks_are_known_by_name_and_others_by_their_class():
    assert encoder_name(VGGEncoder.from_name("vgg13")) == "vgg13"
    assert encoder_name(MobileNetV2Encoder(image_size=96)) == "mobilenetv2"
    assert [encoder_name(encoder) for encoder in TINY] == ["VGGEncoder", "MobileNetV2Encoder"]
    assert published_name({"colour": "blue"}) is None


def test_an_unknown_kind_is_one_sentence():
    with pytest.raises(ConfigError, match=r"one of vgg, mobilenetv2, received 'resnet'\.$"):
        make_encoder(kind="resnet")
