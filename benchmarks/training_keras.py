"""The Keras side of the training benchmark: one epoch of this project's own training for each number on stdin."""

import math
import sys
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from processes import Epoch, serve
from training_workload import Workload

from groundwork.console import quiet_imports, script
from groundwork.kernels import use_onednn
from groundwork.memory import keep_freed_memory

if TYPE_CHECKING:
    from captioner.models.caption_model import CaptionModel
    from groundwork.epochs import EpochSource


@script
def main(argv: Sequence[str] | None = None) -> None:
    workload = Workload.from_json((sys.argv[1:] if argv is None else argv)[0])
    keep_freed_memory()  # As train.py does.
    use_onednn()
    with quiet_imports():
        import keras
    keras.utils.set_random_seed(workload.seed)
    source = epoch_source(workload)
    serve(epoch_function(compiled_model(workload, steps=len(source.batches)), source, seed=workload.seed))


def epoch_source(workload: Workload) -> "EpochSource":
    from captioner.data.batches import CaptionBatches
    from groundwork.epochs import EpochSource

    table = workload.table()
    return EpochSource(
        CaptionBatches(
            workload.captions(),
            lambda indices, epoch: table[indices],
            batch_size=workload.batch_size,
            captions_per_image=workload.captions_per_image,
            max_caption_length=workload.max_caption_length,
            seed=workload.seed,
        )
    )


def compiled_model(workload: Workload, *, steps: int) -> "CaptionModel":
    """The bundle's decoder, compiled as the trainer compiles it for a stage with the CNN frozen."""
    from captioner.models.caption_model import CaptionModel
    from captioner.training.objectives import compile_crossentropy
    from captioner.training.stage import StageConfig

    stage = StageConfig(
        ema_momentum=0.0,
        label_smoothing=workload.label_smoothing,
        learning_rate=workload.learning_rate,
        clip_norm=workload.clip_norm,
    )
    _, trainee = CaptionModel.from_preset(workload.model).cut_before(None)
    compile_crossentropy(trainee, stage, steps=steps)
    return trainee


def epoch_function(model: "CaptionModel", source: "EpochSource", *, seed: int) -> Epoch:
    """One epoch of `fit` with the callbacks that act at every step; those that score and save are left out."""
    from groundwork.callbacks import DeterministicEpochs, StopOnNonFiniteLoss

    callbacks = [DeterministicEpochs(source, seed=seed), StopOnNonFiniteLoss()]
    dataset = source.dataset()
    parameters = sum(math.prod(variable.shape) for variable in model.trainable_variables)

    def epoch(number: int) -> dict[str, Any]:
        start = time.perf_counter()
        history = model.fit(
            dataset, initial_epoch=number, epochs=number + 1, shuffle=False, verbose=0, callbacks=callbacks
        )
        taken = time.perf_counter() - start
        return {"seconds": taken, "loss": history.history["loss"][0], "parameters": parameters}

    return epoch


if __name__ == "__main__":
    sys.exit(main())
