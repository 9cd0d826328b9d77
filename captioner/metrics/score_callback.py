"""A Keras callback that scores generated captions while any model trains; no other file of the metrics needs Keras."""

from collections.abc import Callable, Iterable, Mapping, Sequence

import keras

from captioner.errors import MetricError
from captioner.metrics.checks import check_captions
from captioner.metrics.metric import Metric
from captioner.metrics.scorer import METRICS, References, find_metric, score
from captioner.metrics.scores import ImageId

Generate = Callable[[keras.Model], Mapping[ImageId, str | Sequence[str]]]


class ScoreCallback(keras.callbacks.Callback):
    """Scores the captions that a model generates at the end of an epoch, and adds the scores to the epoch's logs.

    So they stand in the history and in the progress line, and callbacks that come after this one can go by them:

        def generate(model):
            return {image_id: my_beam_search(model, image) for image_id, image in validation_images.items()}

        model.fit(
            dataset,
            callbacks=[
                ScoreCallback(generate, references, metrics=["bleu", "cider"]),
                keras.callbacks.ModelCheckpoint("best.keras", monitor="val_CIDEr", mode="max", save_best_only=True),
                keras.callbacks.EarlyStopping(monitor="val_CIDEr", mode="max", patience=3),
            ],
        )

    Callbacks that monitor a score expect it after every epoch, so they go together with `every=1`. The model has the
    weights of the moment, not an optimizer's moving average of them.

    Args:
        generate: called with the model; returns for each image of `references` one caption.
        references: for each image id its human captions.
        metrics: names from `captioner.metrics.METRICS`, or metrics.
        every: how many epochs lie between two scorings.
        prefix: what the names in the logs begin with.

    Attributes:
        scores: by the number of the epoch, counted from 0, scores by coco-caption's names.

    Raises:
        MetricError: a metric is unknown, `every` is not positive, or `references` are not what `score` takes; during
            training, `generate` returns captions of other images or something that is not a caption.
    """

    def __init__(
        self,
        generate: Generate,
        references: References,
        *,
        metrics: Iterable[str | Metric] = tuple(METRICS),
        every: int = 1,
        prefix: str = "val_",
    ):
        super().__init__()
        if every < 1:
            raise MetricError(f"`every` must be at least 1, received {every}.")
        # Mistakes are to be found now, and not after an epoch of many hours.
        check_captions(references, {image: [""] for image in references})
        self.generate = generate
        self.references = references
        self.metrics = tuple(find_metric(metric) for metric in metrics)
        self.every = every
        self.prefix = prefix
        self.scores: dict[int, dict[str, float]] = {}

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        if (epoch + 1) % self.every:
            return
        captions = self.generate(self.model)
        candidates = {image: [text] if isinstance(text, str) else text for image, text in captions.items()}
        self.scores[epoch] = score(self.references, candidates, self.metrics)
        if logs is not None:
            logs.update({f"{self.prefix}{name}": value for name, value in self.scores[epoch].items()})
