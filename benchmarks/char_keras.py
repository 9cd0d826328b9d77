"""The Keras side of the character benchmark: one epoch of this project's code for each number on stdin.

The backend is Keras' own choice: the environment variable KERAS_BACKEND, else TensorFlow.
"""

import sys
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from char_workload import CharWorkload
from processes import Epoch, serve

from groundwork.console import quiet_imports, script
from groundwork.memory import keep_freed_memory

if TYPE_CHECKING:
    from language_models.char_model import CharModel


@script
def main(argv: Sequence[str] | None = None) -> None:
    workload = CharWorkload.from_json((sys.argv[1:] if argv is None else argv)[0])
    keep_freed_memory()  # As the scripts do, before Keras is imported.
    with quiet_imports():
        import keras

        from language_models.alphabet import Alphabet
        from language_models.char_model import CharModel
    keras.utils.set_random_seed(workload.seed)
    model = CharModel(
        Alphabet(workload.alphabet), units=workload.units, depth=workload.depth, embedding_dim=workload.embedding_dim
    )
    serve(generation(model, workload) if workload.task == "generate" else training(model, workload))


def training(model: "CharModel", workload: CharWorkload) -> Epoch:
    """One epoch of `fit` as the trainer compiles it, with the callbacks that act in it; no scores and backups."""
    import keras

    from groundwork.callbacks import DeterministicEpochs, StopOnNonFiniteLoss
    from groundwork.epochs import EpochSource
    from language_models.carried_state import CarriedState
    from language_models.char_batches import CharBatches
    from language_models.char_callbacks import FreshState
    from language_models.char_trainer import compile_for_training

    batches = CharBatches(workload.token_ids(), batch_size=workload.batch_size, window=workload.window)
    source, trainee = EpochSource(batches), CarriedState(model, workload.batch_size)
    optimizer = keras.optimizers.Adam(workload.learning_rate, global_clipnorm=workload.clip_norm)
    compile_for_training(trainee, optimizer)
    dataset = source.dataset()
    callbacks = [DeterministicEpochs(source, seed=workload.seed), FreshState(batches), StopOnNonFiniteLoss()]

    def epoch(number: int) -> dict[str, Any]:
        start = time.perf_counter()
        trainee.fit(dataset, initial_epoch=number, epochs=number + 1, shuffle=False, verbose=0, callbacks=callbacks)
        return {"seconds": time.perf_counter() - start, "parameters": model.count_params()}

    return epoch


def generation(model: "CharModel", workload: CharWorkload) -> Epoch:
    """One text, drawn at temperature 1."""
    from language_models.char_generation import CharGenerator

    generator = CharGenerator(model)

    def epoch(number: int) -> dict[str, Any]:
        start = time.perf_counter()
        written = sum(map(len, generator.generate(length=workload.length, seed=number)))
        taken = time.perf_counter() - start
        return {"seconds": taken * workload.length / written, "parameters": model.count_params()}

    return epoch


if __name__ == "__main__":
    sys.exit(main())
