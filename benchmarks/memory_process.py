"""Captions the pictures of a folder over and over, and prints the most memory that the process ever held, in MiB.

memory_process.py FOLDER COUNT (--model NAME_OR_DIR | --encoder-size N)
"""

import sys
from collections.abc import Sequence
from itertools import cycle, islice
from pathlib import Path
from typing import TYPE_CHECKING

from groundwork.console import ArgumentParser, quiet_imports, script, whole_number
from groundwork.kernels import use_onednn

if TYPE_CHECKING:
    from captioner.models.caption_model import CaptionModel

VOCABULARY_SIZE = 3300


@script
def main(argv: Sequence[str] | None = None) -> None:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("count", type=whole_number(1))
    network = parser.add_mutually_exclusive_group(required=True)
    network.add_argument("--model")
    network.add_argument("--encoder-size", type=whole_number(16))
    options = parser.parse_args(argv)
    use_onednn()  # As caption.py does for many pictures.
    with quiet_imports():
        from captioner.bundle import load_bundle
        from captioner.predictor import Predictor

    size = options.encoder_size
    predictor = Predictor(thin_model(size) if size else load_bundle(options.model))
    for prediction in predictor(islice(cycle(sorted(options.folder.iterdir())), options.count)):
        _ = prediction.caption  # raises the error of a picture that could not be read
    print(peak_mebibytes())


def thin_model(image_size: int) -> "CaptionModel":
    """A captioner with random weights: three narrow convolutions before a decoder of the usual size."""
    from captioner.data.vocabulary import SPECIAL_TOKENS, Vocabulary
    from captioner.models.caption_model import CaptionModel
    from captioner.models.lstm_decoder import LSTMDecoder
    from captioner.models.vgg_encoder import VGGEncoder

    words = [f"word{index}" for index in range(VOCABULARY_SIZE - len(SPECIAL_TOKENS))]
    encoder = VGGEncoder(repeats=(1, 1, 1), filters=(8, 16, 32), image_size=image_size)
    decoder = LSTMDecoder(vocabulary_size=VOCABULARY_SIZE, pyramid=(1, 2))
    return CaptionModel(encoder, decoder, Vocabulary([*SPECIAL_TOKENS, *words]))


def peak_mebibytes() -> float:
    """Peak resident memory of this process."""
    import resource  # Not on Windows; and --help needs no more than the parser.

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 2**20 if sys.platform == "darwin" else peak / 2**10  # bytes on macOS, KiB on Linux


if __name__ == "__main__":
    sys.exit(main())
