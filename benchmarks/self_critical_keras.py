"""The Keras side of the self-critical benchmark: one epoch of this project's training for each number on stdin."""

import sys
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from processes import Epoch, serve
from self_critical_workload import SelfCriticalWorkload

from groundwork.console import quiet_imports, script
from groundwork.kernels import use_onednn
from groundwork.memory import keep_freed_memory

if TYPE_CHECKING:
    from captioner.training.self_critical import SelfCriticalModel


@script
def main(argv: Sequence[str] | None = None) -> None:
    workload = SelfCriticalWorkload.from_json((sys.argv[1:] if argv is None else argv)[0])
    keep_freed_memory()  # As train.py does.
    use_onednn()
    with quiet_imports():
        import keras
    keras.utils.set_random_seed(workload.seed)
    serve(epoch_function(compiled_model(workload), workload))


def compiled_model(workload: SelfCriticalWorkload) -> "SelfCriticalModel":
    """The bundle's decoder, compiled as a stage of the trainer compiles it."""
    from captioner.models.caption_model import CaptionModel
    from captioner.training.caption_reward import CaptionReward
    from captioner.training.optimizer import TwoRateAdam
    from captioner.training.self_critical import SelfCriticalModel

    model = CaptionModel.from_preset(workload.model)
    _, captioner = model.cut_before(None)
    reward = CaptionReward(workload.references(), model.vocabulary)
    trainee = SelfCriticalModel(captioner, reward, samples=workload.samples)
    trainee.compile(TwoRateAdam(workload.learning_rate, global_clipnorm=workload.clip_norm))
    return trainee


def epoch_function(model: "SelfCriticalModel", workload: SelfCriticalWorkload) -> Epoch:
    """One epoch of `fit` with the callbacks that act at every step; those that score and save are left out."""
    from captioner.training.self_critical_batches import SelfCriticalBatches
    from groundwork.callbacks import DeterministicEpochs, StopOnNonFiniteLoss
    from groundwork.epochs import EpochSource

    table = workload.table()
    batches = SelfCriticalBatches(
        workload.captions(),
        lambda indices, epoch: table[indices],
        batch_size=workload.batch_size,
        captions_per_image=workload.captions_per_image,
        max_caption_length=workload.max_caption_length,
        seed=workload.seed,
    )
    source = EpochSource(batches)
    callbacks = [DeterministicEpochs(source, seed=workload.seed), StopOnNonFiniteLoss()]
    dataset = source.dataset()

    def epoch(number: int) -> dict[str, Any]:
        start = time.perf_counter()
        history = model.fit(
            dataset, initial_epoch=number, epochs=number + 1, shuffle=False, verbose=0, callbacks=callbacks
        )
        return {"seconds": time.perf_counter() - start, "reward": history.history["reward"][0]}

    return epoch


if __name__ == "__main__":
    sys.exit(main())
