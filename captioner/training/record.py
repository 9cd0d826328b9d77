"""OUTPUT/record.json: all that a reader needs to judge a run or to repeat it, complete after every epoch.

format_version     1
recipe             the recipe as run, in the form of a recipe file: every value of the run and of each stage, also seeds
data_sha256        SHA-256 of train.json, val.json and vocabulary.txt, which name the pictures but do not hold them
start_from_sha256  SHA-256 of the weights file of the bundle that the run started from; null if there was none
word_vectors_sha256
                   SHA-256 of the text whose words were counted for the first word vectors; null if there was none
images             how many there are in train and in val
starts             for each process that trained, of which an interrupted run has several: `time` in UTC, `strategy`,
                   `replicas`, `devices` (of the process that writes), and `software`, versions by name
feature_seconds    wall clock of caching the CNN's features, of all starts together
stages             for each stage that has begun:
    name
    seconds        wall clock of its epochs; an epoch that was interrupted does not count, only the one in its place
    best_epoch     the epoch, from 1, with the highest score by the stage's `monitor`
    epochs         for each: `epoch` from 1; `seconds`, with compilation, scores and files; `start`, its index in
                   `starts`; `logs`, which is `loss` and what else the objective tells, and `scores`, by name
bundle             when all stages are done: `directory`, the `stage` and `epoch` that it is from, the `scores` of the
                   validation images in that epoch, and `weights_sha256`, of its weights file
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from captioner.training.recipe import Recipe
from captioner.training.recipe_changes import changes
from groundwork.errors import ConfigError, DataError
from groundwork.files import write_json

FORMAT_VERSION = 1

# Folders of one machine, which a published bundle need not name.
PLACES = ("data", "output", "features")


class Record:
    """The record of a run, read from its file if there is one and written after every change.

    Args:
        path: the file.
        writes: whether this process writes; of several workers one does.

    Attributes:
        content: what the file holds.

    Raises:
        DataError: the file is not a record of this format.
    """

    def __init__(self, path: Path, *, writes: bool = True):
        self.path = path
        self._writes = writes
        self.content: dict[str, Any] = read_record(path) if path.exists() else {}

    def claim(self, recipe: Recipe, inputs: Mapping[str, Any]) -> None:
        """Begins the record, or checks that nothing of what it says was done would now be done otherwise.

        Args:
            recipe: what is wanted.
            inputs: what the run reads: digests and numbers by their names in the record.

        Raises:
            ConfigError: the recipe or an input differs.
        """
        if not self.content:
            nothing: dict[str, Any] = {"starts": [], "feature_seconds": 0.0, "stages": []}
            self.content = {"format_version": FORMAT_VERSION, "recipe": {}, **inputs, **nothing}
        else:
            before, now = _digests(self.content), _digests(inputs)
            clauses = changes(self.content["recipe"], recipe.plain(), begun=len(self.content["stages"]))
            clauses += [f"{name} has other content" for name in now if now[name] != before[name]]
            if clauses:
                folder = self.path.parent
                raise ConfigError(f"{folder} holds another run: {'; '.join(clauses)}. Choose another --output.")
        self.content["recipe"] = recipe.plain()
        self._write()

    def is_done(self, number: int) -> bool:
        """Whether a stage, counted from 0, has all its epochs, and with them its best bundle."""
        begun = self.content["stages"]
        return number < len(begun) and len(begun[number]["epochs"]) == self._wanted(number)["epochs"]

    def start(self, circumstances: Mapping[str, Any]) -> None:
        """A process begins to train."""
        self.content["starts"].append(dict(circumstances))
        self._write()

    def add_feature_seconds(self, seconds: float) -> None:
        self.content["feature_seconds"] += seconds
        self._write()

    def begin_stage(self, number: int) -> None:
        """A stage begins, or goes on."""
        if number == len(self.content["stages"]):
            nothing: dict[str, Any] = {"seconds": 0.0, "best_epoch": None, "epochs": []}
            self.content["stages"].append({"name": self._wanted(number)["name"], **nothing})
            self._write()

    def end_epoch(
        self, number: int, epoch: int, *, seconds: float, logs: Mapping[str, float], scores: Mapping[str, float]
    ) -> None:
        """An epoch, counted from 0, is finished; what was recorded of it and of later ones is replaced."""
        stage, monitor = self.content["stages"][number], self._wanted(number)["monitor"]
        entry = {"epoch": epoch + 1, "seconds": seconds, "start": len(self.content["starts"]) - 1}
        epochs = [*stage["epochs"][:epoch], {**entry, "logs": dict(logs), "scores": dict(scores)}]
        best = max(epochs, key=lambda each: each["scores"][monitor])  # Of equal ones the first, as its bundle is kept.
        total = sum(each["seconds"] for each in epochs)
        stage.update(seconds=total, best_epoch=best["epoch"], epochs=epochs)
        self._write()

    def end(self, bundle: Mapping[str, Any]) -> None:
        """All stages are done, and the final bundle is written."""
        self.content["bundle"] = dict(bundle)
        self._write()

    def essentials(self) -> dict[str, Any]:
        """What the final bundle carries on: all but single epochs, and no folders of this machine."""
        recipe = {name: value for name, value in self.content["recipe"].items() if name not in PLACES}
        recipe |= {
            name: Path(recipe[name]).name for name in ("encoder_weights", "word_vectors", "start_from") if recipe[name]
        }
        stages = [{name: stage[name] for name in ("name", "seconds", "best_epoch")} for stage in self.content["stages"]]
        kept = {name: value for name, value in self.content.items() if name != "bundle"}
        return {**kept, "recipe": recipe, "stages": stages}

    def _wanted(self, number: int) -> dict[str, Any]:
        return self.content["recipe"]["stages"][number]

    def _write(self) -> None:
        if self._writes:
            write_json(self.path, self.content, indent=1)


def _digests(inputs: Mapping[str, Any]) -> dict[str, str | None]:
    return {
        **inputs["data_sha256"],
        "start_from": inputs["start_from_sha256"],
        "word_vectors": inputs.get("word_vectors_sha256"),  # Older records have none.
    }


def read_record(path: Path) -> dict[str, Any]:
    """The content of a record.

    Raises:
        DataError: it is none, or one of another format.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        version = content["format_version"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError(f"{path} is not the record of a training.") from error
    if version != FORMAT_VERSION:
        raise DataError(f"{path} is written in format {version}; this version of captioner reads {FORMAT_VERSION}.")
    return content
