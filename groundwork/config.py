"""Configurations as frozen dataclasses: read from YAML, changed on the command line, checked before any work starts."""

import argparse
import ast
import dataclasses
import inspect
import re
import textwrap
from collections.abc import Container, Mapping, Sequence
from dataclasses import fields
from itertools import pairwise
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Self, get_args

import yaml

from groundwork.errors import ConfigError


class InvalidConfig(ConfigError):
    """Values that do not make a configuration.

    Attributes:
        problems: what is wrong with them, a clause each.
    """

    def __init__(self, problems: Sequence[str]):
        super().__init__("; ".join(problems) + ".")
        self.problems = list(problems)


class Config:
    """Base of a frozen dataclass whose values are checked when it is made; all problems are reported at once.

    The string under a field is its `--help`. A subclass says in `problems()` what is out of range.
    """

    def __post_init__(self) -> None:
        problems = _wrong_types(self) or self.problems()
        if problems:
            raise InvalidConfig(problems)

    def problems(self) -> list[str]:
        """What is wrong with the values, a clause each; their types are right."""
        return []

    @classmethod
    def load(cls, path: str | Path | None = None, overrides: dict[str, Any] | None = None) -> Self:
        """The defaults, changed by a YAML file, changed by `overrides`.

        Raises:
            ConfigError: the file cannot be read, names an unknown field, or any values are invalid; all are named.
        """
        values = {**(read_yaml(path) if path is not None else {}), **(overrides or {})}
        known = {field.name for field in fields(cls)}  # type: ignore[arg-type]
        unknown = sorted(map(str, values.keys() - known))
        if unknown:
            raise ConfigError(f"Unknown configuration: {', '.join(unknown)}; known are {', '.join(sorted(known))}.")
        return cls.of(values)

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Self:
        """An object of values whose names are fields, with lists, as YAML and JSON have them, for tuples.

        Raises:
            InvalidConfig: any of them are invalid.
        """
        tuples: dict[str, Any] = {key: tuple(x) if isinstance(x, list) else x for key, x in values.items()}
        return cls(**tuples)

    def plain(self) -> dict[str, Any]:
        """The values as YAML and JSON have them; the opposite of `of`."""
        return {key: list(value) if isinstance(value, tuple) else value for key, value in vars(self).items()}

    def to_yaml(self) -> str:
        return yaml.safe_dump(self.plain(), sort_keys=False)


# === Clauses for `problems`; a value of None, where a field may have it, is always right ===


def below(config: Config, least: float, *names: str) -> list[str]:
    wrong = [name for name in names if getattr(config, name) is not None and getattr(config, name) < least]
    return [f"`{name}` must be at least {least}, received {getattr(config, name)}" for name in wrong]


def not_positive(config: Config, *names: str) -> list[str]:
    wrong = [name for name in names if getattr(config, name) is not None and not getattr(config, name) > 0]
    return [f"`{name}` must be above 0, received {getattr(config, name)}" for name in wrong]


def outside(config: Config, low: float, high: float, *names: str) -> list[str]:
    wrong = [name for name in names if not low <= getattr(config, name) <= high]
    return [f"`{name}` must lie between {low} and {high}, received {getattr(config, name)}" for name in wrong]


def not_among(config: Config, allowed: Sequence[str], *names: str) -> list[str]:
    wrong = [name for name in names if getattr(config, name) not in allowed]
    return [f"`{name}` must be one of {', '.join(allowed)}, received {getattr(config, name)!r}" for name in wrong]


# === The command line ===


def add_arguments(parser: argparse._ActionsContainer, config: type[Config], *, without: Container[str] = ()) -> None:
    """Gives a parser, or a group of its options, one for each field; those that are not given are absent from its
    result. A default of None is not shown: the field's prose says what happens then."""
    prose = field_help(config)
    for field in fields(config):  # type: ignore[arg-type]
        if field.name in without:
            continue
        default = "" if field.default is None else f" (default: {_shown(field.default)})"
        parser.add_argument(
            f"--{field.name.replace('_', '-')}",
            help=f"{prose[field.name]}{default}",
            default=argparse.SUPPRESS,
            **_value_type(field.type),
        )


def field_help(config: type) -> dict[str, str]:
    """The string that stands under each field of a dataclass, its base classes included."""
    prose: dict[str, str] = {}
    for owner in reversed([base for base in config.__mro__ if dataclasses.is_dataclass(base)]):
        body = ast.parse(textwrap.dedent(inspect.getsource(owner))).body[0].body  # type: ignore[attr-defined]
        for statement, following in pairwise(body):
            if isinstance(statement, ast.AnnAssign) and isinstance(following, ast.Expr):
                prose[statement.target.id] = ast.literal_eval(following.value)  # type: ignore[union-attr]
    return prose


def _value_type(kind: object) -> dict[str, Any]:
    """How argparse reads a field of the configuration."""
    if isinstance(kind, UnionType):
        kind = next(part for part in get_args(kind) if part is not NoneType)
    if kind is bool:
        return {"action": argparse.BooleanOptionalAction}
    if kind == tuple[int, ...]:
        return {"type": int, "nargs": "+", "metavar": "N"}
    return {"type": kind, "metavar": "TEXT" if kind is str else "N"}


def _shown(default: object) -> str:
    return " ".join(map(str, default)) if isinstance(default, tuple) else str(default)


# === Reading ===


class _Loader(yaml.SafeLoader):
    """Takes 1e-3 for a number, as YAML 1.2 does; to YAML 1.1 it is a text, because it has no point."""


_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float", re.compile(r"[-+]?\d+(\.\d*)?[eE][-+]?\d+$"), [*"-+0123456789"]
)


def read_yaml(path: str | Path) -> dict[str, Any]:
    """The mapping that a YAML file holds.

    Raises:
        ConfigError: the file cannot be read, is not YAML, or holds something else.
    """
    try:
        values = yaml.load(Path(path).read_text(encoding="utf-8"), Loader=_Loader) or {}
    except OSError as error:
        raise ConfigError(f"The configuration {path} cannot be read: {error.strerror}.") from error
    except (UnicodeDecodeError, yaml.YAMLError) as error:
        raise ConfigError(f"The configuration {path} is not valid YAML: {' '.join(str(error).split())}.") from error
    if not isinstance(values, dict):
        raise ConfigError(f"The configuration {path} must be a mapping of names to values.")
    return values


def _wrong_types(config: Any) -> list[str]:
    problems = []
    for field in fields(config):
        value, kind = getattr(config, field.name), field.type
        if not _fits(value, kind):
            expected = kind if isinstance(kind, UnionType) else getattr(kind, "__name__", kind)
            problems.append(f"`{field.name}` must be {expected}, received {value!r}")
    return problems


def _fits(value: Any, kind: Any) -> bool:
    if isinstance(kind, UnionType):
        return any(_fits(value, part) for part in get_args(kind))
    if get_args(kind):  # tuple[int, ...]
        return isinstance(value, tuple) and all(_fits(part, get_args(kind)[0]) for part in value)
    if kind is float:
        return isinstance(value, int | float) and not isinstance(value, bool)
    return type(value) is kind
