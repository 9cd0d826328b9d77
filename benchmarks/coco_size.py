#!/usr/bin/env python
"""Whether a data set of COCO's size is prepared and trained on in bounded memory.

Captions are drawn with the lengths and word frequencies of COCO's, 616,767 for 123,287 pictures (the division of 2017:
118,287 and 5,000), which are a few tiny JPEG files under many names. Then, each in a process of its own:

  preparation      what prepare_data.py does: merging, checking every picture, vocabulary, report
  training         what train.py does: caching features, an epoch of the decoder, captions and scores of the validation
                   images; with a thin encoder, whose features take 0.5 GB on disk, and a small decoder of 2,500 words,
                   which sees each image with one of its captions, drawn from all of them in memory
  the model alone  the same training on 256 images: the memory that has nothing to do with the amount of data

Goal: less than 4 GiB for the preparation, and for training beyond the model alone. Some ten minutes on two cores,
and 1.5 GB of temporary files.
"""

import argparse
import json
import shutil
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from measurement import conditions
from processes import run

from groundwork.console import ArgumentParser, script, whole_number

PROCESS = Path(__file__).parent / "coco_size_process.py"
VALIDATION, CAPTIONS_AN_IMAGE = 5_000, 616_767 / 123_287
FEW, FEW_VALIDATION = 256, 50
GOAL_MEBIBYTES = 4096

Step = Mapping[str, float]


@script
def main(argv: Sequence[str] | None = None) -> None:
    options = parse_arguments(argv)
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        steps = measure(Path(folder), options.images)
    facts = conditions(1, images=options.images, captions=captions_of(options.images))
    print(as_json(steps, facts) if options.json else as_table(steps, facts))


def parse_arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument(
        "--images", type=whole_number(300), metavar="N", default=123_287, help="pictures in all, default %(default)s"
    )
    parser.add_argument("--folder", type=Path, metavar="DIR", help="where the temporary files go")
    parser.add_argument("--json", action="store_true", help="print one JSON object in place of the table")
    return parser.parse_args(argv)


def captions_of(images: int) -> int:
    """As many captions as COCO has for so many images: a few have more than five."""
    return round(images * CAPTIONS_AN_IMAGE)


def measure(folder: Path, images: int) -> dict[str, Step]:
    """Seconds and peak memory of each step, by its name."""
    many, few = folder / "many", folder / "few"
    validation = min(VALIDATION, images // 6)
    step("make", many, images - validation, validation, captions_of(images))
    step("make", few, FEW, FEW_VALIDATION, captions_of(FEW + FEW_VALIDATION))
    steps = {"preparation": step("prepare", many)}
    step("prepare", few)
    # The size of the model depends on the number of its words.
    shutil.copy(many / "prepared" / "vocabulary.txt", few / "prepared")
    return steps | {"training": step("train", many), "the model alone": step("train", few)}


def step(name: str, folder: Path, *numbers: int) -> Step:
    """What one step took, in a new process: this one stays small, for a process starts with its parent's peak."""
    return json.loads(run([sys.executable, str(PROCESS), name, str(folder), *map(str, numbers)]))


def beyond_the_model(steps: Mapping[str, Step]) -> float:
    """MiB that the preparation took, or training more than the model alone, whichever is more."""
    training = steps["training"]["mebibytes"] - steps["the model alone"]["mebibytes"]
    return max(steps["preparation"]["mebibytes"], training)


def as_json(steps: Mapping[str, Step], facts: Mapping[str, Any]) -> str:
    """One object on one line."""
    beyond = beyond_the_model(steps)
    result = {"benchmark": "coco_size", "mebibytes_beyond_the_model": beyond, "goal": f"less than {GOAL_MEBIBYTES}"}
    return json.dumps(result | {"goal_met": beyond < GOAL_MEBIBYTES, "steps": steps, "conditions": facts})


def as_table(steps: Mapping[str, Step], facts: Mapping[str, Any]) -> str:
    """A row for each step, the memory that the amount of data costs, and the conditions."""
    beyond = beyond_the_model(steps)
    rows = [f"{name:<16} {row['seconds']:>9,.0f} {row['mebibytes']:>9,.0f}" for name, row in steps.items()]
    verdict = "met" if beyond < GOAL_MEBIBYTES else "missed"
    return "\n".join(
        [
            f"{'':<16} {'seconds':>9} {'MiB':>9}",
            *rows,
            "",
            f"{beyond:,.0f} MiB beyond the model, goal less than {GOAL_MEBIBYTES:,}: {verdict}",
            ", ".join(f"{name} {value}" for name, value in facts.items()),
        ]
    )


if __name__ == "__main__":
    sys.exit(main())
