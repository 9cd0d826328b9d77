"""Takes steps of a stage on random pictures; prints seconds a step and the process's peak memory in MiB as JSON.

finetuning_process.py JOB    (JSON: the fields of a `StageConfig`, the encoder's and decoder's arguments, steps)
"""

import json
import sys
from collections.abc import Sequence
from statistics import median
from typing import TYPE_CHECKING

from measurement import seconds
from memory_process import peak_mebibytes

from groundwork.console import quiet_imports, script
from groundwork.memory import keep_freed_memory

if TYPE_CHECKING:
    from captioner.data.batches import Batch
    from captioner.models.caption_model import CaptionModel
    from captioner.training.stage import StageConfig

WORDS = 12  # The end token is one of them.


@script
def main(argv: Sequence[str] | None = None) -> None:
    job = json.loads((sys.argv[1:] if argv is None else argv)[0])
    keep_freed_memory()  # As train.py does, which for a whole VGG asks for no oneDNN.
    with quiet_imports():
        import keras  # noqa: F401 (TensorFlow reports what it finds when it is loaded, in here unheard)
        from trainees import compiled_trainee, make_captioner

        from captioner.training.stage import StageConfig

    stage = StageConfig(**job["stage"])
    model = make_captioner(job["encoder"], job["decoder"])
    batch = random_batch(model, stage)
    with compiled_trainee(model, stage, steps=1) as trainee:
        taken = [seconds(lambda: trainee.train_on_batch(*batch)) for _ in range(1 + job["steps"])]
    print(json.dumps({"seconds": median(taken[1:]), "mebibytes": peak_mebibytes()}))


def random_batch(model: "CaptionModel", stage: "StageConfig") -> "Batch":
    import numpy as np
    from trainees import random_images, stage_source
    from training_workload import captions_of

    lengths = np.full(stage.batch_size * stage.captions_per_image, WORDS - 1)
    randomness = np.random.default_rng(stage.seed)
    captions = captions_of(lengths, stage.captions_per_image, len(model.vocabulary), randomness)
    images = random_images(model, stage, stage.batch_size)
    return next(stage_source(stage, images, captions).batches.epoch(0))


if __name__ == "__main__":
    sys.exit(main())
