#!/usr/bin/env python
"""Whether time grows in proportion: an epoch's to its images and to its captions' words, a search's to its beam.

  images           an epoch of training the decoder from features in memory, with 5 captions of 10 words an image
  words a caption  the same for the fewest images, with captions of 5, 10 and 20 words
  beam             captions for the fewest images, from features in memory; a search takes its full 20 steps

Of images, too, there are three numbers, each twice the one before. All take turns, after a round that does not count.
The network is that of recipes/coco_vgg16_lstm.yaml; its weights are random, and so no caption ends early. A batch has
32 images.

Goal: from the smallest size to the largest, time grows at most 1.1 times as much as the size. Some ten minutes on two
cores. --output writes the plot.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from growth import Growth, as_lines, write_plot
from measurement import Goal, Side, conditions, seconds, take_turns
from options import make_parser
from sizes import LSTM, Network, tiny_network, vgg
from training_workload import captions_of

from groundwork.console import quiet_imports, script, whole_number
from groundwork.errors import UsageError
from groundwork.kernels import use_onednn
from groundwork.memory import keep_freed_memory

if TYPE_CHECKING:
    from captioner.models.caption_model import CaptionModel
    from captioner.training.stage import StageConfig

WORDS, BEAMS = (5, 10, 20), (1, 2, 4)
USUAL_WORDS = 10
GOAL = Goal(1.1)


@script
def main(argv: Sequence[str] | None = None) -> None:
    options = parse_arguments(argv)
    growths = measure(options)
    if options.output is not None:
        write_plot(options.output, growths)
    facts = conditions(options.rounds, tiny=options.tiny)
    print(as_json(growths, facts) if options.json else as_table(growths, facts))


def parse_arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = make_parser(__doc__, rounds=5, model=None)
    parser.add_argument(
        "--images", type=whole_number(1), metavar="N", default=256, help="the fewest images, default %(default)s"
    )
    parser.add_argument("--tiny", action="store_true", help="a network that learns nothing, to try this out")
    parser.add_argument("--output", type=Path, metavar="FILE.png", help="where the plot goes")
    options = parser.parse_args(argv)
    if options.output is not None and options.output.suffix != ".png":
        raise UsageError(f"--output must end with .png; received {options.output}.")
    return options


def measure(options: argparse.Namespace) -> list[Growth]:
    """Seconds of every size, a value a round."""
    keep_freed_memory()  # As train.py does.
    use_onednn()
    with quiet_imports():
        import keras  # noqa: F401 (TensorFlow reports what it finds when it is loaded, in here unheard)
        from trainees import compiled_trainee, make_captioner, random_images

        from captioner.training.stage import StageConfig

    network = tiny_network() if options.tiny else Network(vgg("vgg16"), LSTM)
    model, stage = make_captioner(network.encoder, network.decoder), StageConfig()
    counts = [options.images * factor for factor in (1, 2, 4)]
    features = random_images(model, stage, options.images)
    with compiled_trainee(model, stage, steps=-(-counts[-1] // stage.batch_size)) as trainee:
        shapes = [*((count, USUAL_WORDS) for count in counts), *((counts[0], words) for words in WORDS)]
        sides: dict[Any, Side] = {shape: epoch_seconds(trainee, stage, features, *shape) for shape in shapes}
        sides |= {beam: captioning_seconds(model, stage, features, beam) for beam in BEAMS}
        for side in sides.values():
            side(-1)
        rows = dict(zip(sides, take_turns(options.rounds, *sides.values()), strict=True))
    return [
        Growth("training, an epoch", "images", {count: rows[count, USUAL_WORDS] for count in counts}),
        Growth("training, an epoch", "words a caption", {words: rows[counts[0], words] for words in WORDS}),
        Growth("captioning", "beam", {beam: rows[beam] for beam in BEAMS}),
    ]


def epoch_seconds(trainee: "CaptionModel", stage: "StageConfig", features: Any, images: int, words: int) -> Side:
    """An epoch of so many images whose captions have so many words."""
    import numpy as np
    from trainees import stage_source
    from training_keras import epoch_function

    lengths = np.full(images * stage.captions_per_image, words - 1)  # The end token is a word, too.
    randomness = np.random.default_rng(stage.seed)
    captions = captions_of(lengths, stage.captions_per_image, len(trainee.vocabulary), randomness)
    epoch = epoch_function(trainee, stage_source(stage, features, captions), seed=stage.seed)
    return lambda turn: epoch(turn + 1)["seconds"]


def captioning_seconds(model: "CaptionModel", stage: "StageConfig", features: Any, beam: int) -> Side:
    """Captions for all features, batch by batch."""
    from captioner.generation import CaptionGenerator

    generator = CaptionGenerator(model, beam_size=beam)
    batches = [features[start : start + stage.batch_size] for start in range(0, len(features), stage.batch_size)]
    return lambda turn: seconds(lambda: [generator.from_features(batch) for batch in batches])


def as_table(growths: Sequence[Growth], facts: dict[str, Any]) -> str:
    """A line for each size, one for the goal, and the conditions."""
    ratios = ", ".join(f"{growth.unit} {growth.ratio:.2f}" for growth in growths)
    verdict = "met" if GOAL.is_met(worst(growths)) else "missed"
    goal = f"time grows as much as the size, times: {ratios}; goal {GOAL}: {verdict}"
    return "\n".join([*as_lines(growths), "", goal, ", ".join(f"{name} {value}" for name, value in facts.items())])


def as_json(growths: Sequence[Growth], facts: dict[str, Any]) -> str:
    """One object on one line."""
    rows = {growth.unit: {"medians": growth.medians, "ratio": growth.ratio} for growth in growths}
    result = {"benchmark": "linear_cost", "growth": rows, "goal": str(GOAL), "goal_met": GOAL.is_met(worst(growths))}
    return json.dumps(result | {"conditions": facts})


def worst(growths: Sequence[Growth]) -> float:
    return max(growth.ratio for growth in growths)


if __name__ == "__main__":
    sys.exit(main())
