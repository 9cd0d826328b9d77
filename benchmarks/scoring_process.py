"""Scores synthetic captions in a process of its own and prints, as JSON, its seconds, its peak memory, and rewards/s.

scoring_process.py IMAGES CAPTIONS_PER_IMAGE
"""

import json
import sys
from collections.abc import Sequence
from functools import partial
from statistics import median

import numpy as np
from measurement import seconds
from memory_process import peak_mebibytes
from scoring_workload import make_captions

from captioner.metrics.cider_reward import CiderReward
from captioner.metrics.scorer import score
from captioner.metrics.tokenizer import tokenize
from groundwork.console import ArgumentParser, script, whole_number

METRICS = ("bleu", "rouge_l", "cider")
BATCHES, BATCH_IMAGES, SAMPLES = 50, 50, 5  # self-critical training samples several captions of each image


@script
def main(argv: Sequence[str] | None = None) -> None:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("images", type=whole_number(BATCH_IMAGES))
    parser.add_argument("captions_per_image", type=whole_number(1))
    options = parser.parse_args(argv)
    captions = make_captions(options.images, options.captions_per_image + 1)
    references = {image: texts[1:] for image, texts in enumerate(captions)}
    candidates = {image: texts[:1] for image, texts in enumerate(captions)}
    scoring = seconds(lambda: score(references, candidates, METRICS))
    memory = peak_mebibytes()
    rewards = rewards_per_second([[tokenize(text) for text in texts] for texts in references.values()])
    print(json.dumps({"seconds": scoring, "mebibytes": memory, "rewards_per_second": rewards}))


def rewards_per_second(references: list[list[list[str]]]) -> float:
    """Captions scored in a second against prepared references, by the median over batches.

    Each begins as a reference of its image does and goes on as one of another image.
    """
    reward, randomness = CiderReward(references), np.random.default_rng(0)
    batches = []
    for _ in range(BATCHES):
        images = np.repeat(randomness.choice(len(references), BATCH_IMAGES, replace=False), SAMPLES)
        others = randomness.integers(len(references), size=len(images))
        captions = [references[i][0][:5] + references[j][-1][4:] for i, j in zip(images, others, strict=True)]
        batches.append((images, captions))
    return BATCH_IMAGES * SAMPLES / median(seconds(partial(reward, *batch)) for batch in batches)


if __name__ == "__main__":
    sys.exit(main())
