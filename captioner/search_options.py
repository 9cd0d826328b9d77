"""Models and their search for captions on the command line, alike in all scripts that caption."""

import argparse
from dataclasses import fields
from typing import Any

from captioner.bundle_files import DEFAULT_PRESET
from captioner.config import DecodingConfig
from groundwork.console import whole_number


class _Models(argparse.Action):
    """Collects models; the first that is given replaces the default."""

    def __call__(self, parser, namespace, value, option_string=None):
        given = getattr(namespace, self.dest)
        setattr(namespace, self.dest, [value] if given is self.default else [*given, value])


def add_model_option(parser: argparse.ArgumentParser) -> None:
    """Gives a parser `--model`, whose value is a list."""
    parser.add_argument(
        "--model",
        action=_Models,
        default=[DEFAULT_PRESET],
        metavar="NAME_OR_DIR",
        help=f"given several times, the models choose each word together (default {DEFAULT_PRESET})",
    )


def add_search_options(parser: argparse.ArgumentParser) -> None:
    """Gives a parser an option for each field of `DecodingConfig`, None where it is not given."""
    group = parser.add_argument_group("the search for captions, as the model says where not given")
    group.add_argument(
        "--beam-size", type=whole_number(1), metavar="N", help="captions kept alive in the search; 1 is greedy search"
    )
    group.add_argument(
        "--max-length", type=whole_number(2), metavar="N", help="most words of a caption, its end counted"
    )
    group.add_argument("--length-penalty", type=float, metavar="X", help="exponent of the length in the score")
    group.add_argument(
        "--no-repeat-ngram",
        type=whole_number(0),
        metavar="N",
        help="no N words in a row come twice, and none directly after itself; 0 allows all",
    )
    group.add_argument(
        "--dangling-ends",
        action=argparse.BooleanOptionalAction,
        help="whether captions may end with words such as a, with, and",
    )


def search_options(arguments: argparse.Namespace) -> dict[str, Any]:
    """What was given, or None, by the names of the fields."""
    return {field.name: getattr(arguments, field.name) for field in fields(DecodingConfig)}
