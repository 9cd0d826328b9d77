"""Whether a recipe goes on with what a run has done already."""

from collections.abc import Iterable, Mapping
from typing import Any

# Where files lie and how the final bundle is stored is no part of what has been computed.
_FREE = ("data", "output", "features", "precision", "stages")


def changes(recorded: Mapping[str, Any], wanted: Mapping[str, Any], *, begun: int) -> list[str]:
    """What a recipe changes in what a run has done, a clause each; stages that have not begun may change.

    Args:
        recorded: the run's recipe, as `Recipe.plain` has it.
        wanted: the new one.
        begun: how many of the recorded stages have begun.
    """
    clauses = list(_differences(recorded, wanted, without=_FREE))
    for number, old in enumerate(recorded["stages"][:begun]):
        if number >= len(wanted["stages"]):
            clauses.append(f"stage {old['name']} is missing")
        elif wanted["stages"][number]["name"] != old["name"]:
            clauses.append(f"stage {number + 1} was {old['name']} and is {wanted['stages'][number]['name']}")
        else:
            clauses += [f"stage {old['name']}: {clause}" for clause in _differences(old, wanted["stages"][number])]
    return clauses


def _differences(old: Mapping[str, Any], new: Mapping[str, Any], *, without: Iterable[str] = ()) -> list[str]:
    # What an older version wrote lacks the fields that came later.
    names = [name for name in old if name not in without and old[name] != new.get(name)]
    return [f"`{name}` was {old[name]} and is {new.get(name)}" for name in names]
