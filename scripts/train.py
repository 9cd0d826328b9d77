#!/usr/bin/env python
"""Train a captioner as a recipe says; the same command, run again, resumes.

    python scripts/train.py recipes/flickr8k_vgg19_lstm.yaml
    python scripts/train.py --data prepared/flickr8k --output runs/flickr8k --encoder vgg19 --epochs 12

A recipe is a YAML file with any of the options below, underscores for hyphens, and perhaps a list of `stages`, each
with a name and its own values of the options under "every stage"; see recipes/. Options that are given here replace
what the recipe says, those of stages in every stage.

A stage begins with the best weights of the one before. With the CNN frozen its features are computed once, cached, and
the decoder is trained from them; otherwise the CNN is run up to the first block that is trained. Without a list of
stages --finetune-after freezes the CNN for so many epochs and trains its last blocks for the rest. The best epoch by
the score of generated captions becomes the model directory OUTPUT/bundle, which caption.py and evaluate.py take as
--model. A stage may be added to a finished run.

On two CPU cores: features of VGG19 0.25 s an image, of MobileNetV2 0.015 s, once; Flickr8k (30,000 captions) some 3
minutes an epoch, with attention 5. Disk: 50 kB an image for VGG's features, 200 kB more with fine-tuning, 125 kB for
MobileNetV2's, twice that with --mirror.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from captioner.config import DecodingConfig, NetworkConfig
from captioner.training.recipe import PlanConfig, RunConfig
from captioner.training.recipe_reader import read_recipe
from captioner.training.stage import StageConfig
from groundwork.config import add_arguments
from groundwork.console import ArgumentParser, quiet_imports, script
from groundwork.distribution import add_strategy_argument, make_distribution
from groundwork.kernels import use_onednn
from groundwork.memory import keep_freed_memory


def make_parser() -> argparse.ArgumentParser:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("recipe", type=Path, nargs="?", help="a YAML file; without one, options say everything")
    add_strategy_argument(parser)
    add_arguments(parser.add_argument_group("the run"), RunConfig)
    add_arguments(parser.add_argument_group("its network"), NetworkConfig)
    add_arguments(parser.add_argument_group("its search for captions"), DecodingConfig)
    add_arguments(parser.add_argument_group("every stage"), StageConfig, without=["name"])
    add_arguments(parser.add_argument_group("two stages without a list of stages"), PlanConfig)
    return parser


@script
def main(argv: Sequence[str] | None = None) -> None:
    options = vars(make_parser().parse_args(argv))
    strategy = options.pop("strategy")
    recipe = read_recipe(options.pop("recipe"), options)
    keep_freed_memory()
    if not recipe.trains_all_of_a_vgg:  # Its gradients take oneDNN a quarter longer.
        use_onednn()
    with quiet_imports():
        from captioner.training.trainer import train
    print(train(recipe, make_distribution(strategy)))


if __name__ == "__main__":
    sys.exit(main())
