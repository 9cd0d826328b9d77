"""The Keras side of the end-to-end benchmark: one epoch of this project's training for each number on stdin."""

import sys
from collections.abc import Sequence

from end_to_end_workload import EndToEndWorkload
from processes import serve
from trainees import compiled_trainee, make_captioner, stage_source
from training_keras import epoch_function

from groundwork.console import quiet_imports, script
from groundwork.memory import keep_freed_memory


@script
def main(argv: Sequence[str] | None = None) -> None:
    workload = EndToEndWorkload.from_json((sys.argv[1:] if argv is None else argv)[0])
    keep_freed_memory()  # As train.py does, which for a whole VGG asks for no oneDNN.
    with quiet_imports():
        import keras
    keras.utils.set_random_seed(workload.seed)
    stage = workload.stage()
    source = stage_source(stage, workload.table(), workload.captions())
    model = make_captioner(workload.encoder, workload.decoder)
    with compiled_trainee(model, stage, steps=len(source.batches)) as trainee:
        serve(epoch_function(trainee, source, seed=workload.seed))


if __name__ == "__main__":
    sys.exit(main())
