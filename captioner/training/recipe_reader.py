"""Recipes from YAML files and command lines; everything that is wrong with one is said at once."""

from collections.abc import Mapping
from dataclasses import fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar

from captioner.config import DecodingConfig, NetworkConfig
from captioner.training.bundle_network import describe_network
from captioner.training.recipe import PlanConfig, Recipe, RunConfig
from captioner.training.stage import FROZEN, StageConfig
from groundwork.config import Config, InvalidConfig, read_yaml

AnyConfig = TypeVar("AnyConfig", bound=Config)
Values = Mapping[str, Any]


def names_of(config: type[Config]) -> frozenset[str]:
    return frozenset(field.name for field in fields(config))  # type: ignore[arg-type]


OF_A_STAGE = names_of(StageConfig)
SHARED = OF_A_STAGE - {"name"}
OF_THE_PLAN = names_of(PlanConfig)
OF_THE_RUN = names_of(RunConfig) | names_of(NetworkConfig) | names_of(DecodingConfig) | OF_THE_PLAN


def read_recipe(path: str | Path | None = None, options: Values | None = None) -> Recipe:
    """The recipe that a YAML file describes, or `options` alone.

    The file has the fields of `RunConfig`, `NetworkConfig` and `DecodingConfig`; those of `StageConfig`, which then
    hold for all stages; and `stages`, a list of mappings with a `name` and the stage's own values. A file without
    `stages` may have the fields of `PlanConfig`.

    Args:
        path: the file.
        options: values that replace the file's; those of stages hold for every stage, whatever it says itself.

    Raises:
        ConfigError: the file cannot be read, or anything in it or in `options` is unknown or invalid; all is named.
    """
    return make_recipe(read_yaml(path) if path is not None else {}, options)


def make_recipe(written: Values, options: Values | None = None) -> Recipe:
    """The recipe of values named as in a file; see `read_recipe`."""
    options = options or {}
    given = {str(name): value for name, value in {**written, **options}.items() if name != "stages"}
    problems = unknown(given, OF_THE_RUN | SHARED)
    network = attempt(NetworkConfig, network_values(given, problems), problems)
    decoding = attempt(DecodingConfig, given, problems)
    attempt(StageConfig, only(SHARED, given), problems)  # What is wrong with a shared value is said once, not for all.
    if "stages" in written:
        described = listed_stages(written["stages"], given, options, problems)
    else:
        described = planned_stages(given, problems)
    stages = [attempt(StageConfig, stage, problems, f"stage {stage['name']}: ") for stage in described]
    parts = {
        "network": network or NetworkConfig(),
        "decoding": decoding or DecodingConfig(),
        "stages": [stage for stage in stages if stage is not None] or [StageConfig()],
    }
    recipe = attempt(Recipe, {**only(names_of(RunConfig), given), **parts}, problems)
    if problems or recipe is None:
        raise InvalidConfig(problems)
    return recipe


def network_values(given: Values, problems: list[str]) -> dict[str, Any]:
    """Those of the recipe; where it starts from a bundle those of the bundle, which it must not contradict."""
    own, bundle = only(names_of(NetworkConfig), given), given.get("start_from")
    if not isinstance(bundle, str):
        return own
    theirs = describe_network(bundle)
    if own.pop("word_vectors", "random") != "random":
        problems.append(f"`word_vectors` cannot be given with `start_from`: {bundle} has its own")
    problems += [
        f"`{name}` is {theirs[name]} in {bundle}, received {value}"
        for name, value in own.items()
        if name in theirs and list_of(value) != list_of(theirs[name])
    ]
    return {**own, **theirs}


def listed_stages(listed: Any, given: Values, options: Values, problems: list[str]) -> list[dict[str, Any]]:
    """The values of each stage of a file: shared ones, replaced by its own, replaced by options."""
    problems += [f"`{name}` plans a run that lists no `stages`" for name in sorted(given.keys() & OF_THE_PLAN)]
    if not isinstance(listed, list) or not listed:
        problems.append("`stages` must be a list of at least one stage")
        return []
    stages = []
    for number, stage in enumerate(listed, 1):
        if not isinstance(stage, dict) or not isinstance(stage.get("name"), str):
            problems.append(f"stage {number} must be a mapping with a `name`, received {stage!r}")
            continue
        problems += [f"stage {stage['name']}: {problem}" for problem in unknown(stage, OF_A_STAGE)]
        stages.append({**only(SHARED, given), **only(OF_A_STAGE, stage), **only(SHARED, options)})
    return stages


def planned_stages(given: Values, problems: list[str]) -> list[dict[str, Any]]:
    """One stage, or with `finetune_after` the CNN first frozen and then trained."""
    plan, shared = attempt(PlanConfig, given, problems), only(SHARED, given)
    if plan is None or plan.finetune_after is None:
        trained = shared.get("train_from", FROZEN) != FROZEN
        return [{**shared, "name": "finetuned" if trained else "frozen"}]
    if "train_from" in shared:
        problems.append("`train_from` and `finetune_after` cannot both be given, `finetune_from` names the block")
    frozen, epochs = plan.finetune_after, shared.get("epochs", StageConfig.epochs)
    if not isinstance(epochs, int) or frozen >= epochs:
        problems.append(f"`finetune_after` must be less than the {epochs} epochs of the run, received {frozen}")
        return []
    rates = {"learning_rate": plan.finetune_learning_rate, "train_from": plan.finetune_from}
    finetuned = {**shared, **rates, "name": "finetuned", "epochs": epochs - frozen}
    return [{**shared, "name": "frozen", "epochs": frozen}, finetuned] if frozen else [finetuned]


def attempt(kind: type[AnyConfig], values: Values, problems: list[str], where: str = "") -> AnyConfig | None:
    """An object of those values that belong to it, or None; problems that are not known yet are added."""
    try:
        return kind.of(only(names_of(kind), values))
    except InvalidConfig as error:
        problems += [where + problem for problem in error.problems if problem not in problems]
        return None


def list_of(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def only(names: frozenset[str], values: Values) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name in names}


def unknown(values: Values, known: frozenset[str]) -> list[str]:
    """A clause for each name that is not known, with the most similar one that is."""
    clauses = []
    for name in sorted(str(name) for name in values if name not in known):
        if name in OF_THE_RUN | SHARED:
            clauses.append(f"`{name}` belongs to the whole run, not to one stage")
        else:
            similar = get_close_matches(name, sorted(known), n=1)
            clauses.append(f"unknown `{name}`" + (f", did you mean `{similar[0]}`?" if similar else ""))
    return clauses
