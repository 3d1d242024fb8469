"""Build the answer of `GET /api/v2/deployment/config` from a sample release and what was set.

Pure. The samples hold each option once, with its config leaf; Coder tells it in up to three
places (`options`, the `use_instead` of another option, the `config` tree). This module alone
knows how they hang together, so that they cannot disagree. The options it passes around are
those of the wire plus the key `leaf`.
"""

from collections.abc import Mapping
from typing import Any

from confaudit.core.model import Json

Option = dict[str, Any]


def payload(release: Mapping[str, Any], chosen: Mapping[str, Option]) -> dict[str, Json]:
    """What a server of this release answers with these settings.

    `chosen` is flag → `value` and `value_source` in wire form. An option set by one name is set
    by all names of its leaf, as servers since 2.18 report it.
    """
    leaves = {option["flag"]: option["leaf"] for option in release["options"]}
    by_leaf = {leaves[flag]: setting for flag, setting in chosen.items()}
    live = {o["flag"]: o | by_leaf.get(o["leaf"], {}) for o in release["options"]}
    return {
        "config": _config(release, live),
        "options": [_published(option, live) for option in live.values()],
    }


def _published(option: Option, live: Mapping[str, Option]) -> Option:
    shown = {key: value for key, value in option.items() if key != "leaf"}
    if "use_instead" in option:
        shown["use_instead"] = [_replacement(live[flag]) for flag in option["use_instead"]]
    if _is_secret(option):
        shown.pop("value", None)
    return shown


def _replacement(option: Option) -> Option:
    """The copy inside `use_instead`: servers forget to take a secret's value out of this one."""
    copy = {key: value for key, value in option.items() if key not in ("leaf", "value_source")}
    return {"value": ""} | copy


def _config(release: Mapping[str, Any], live: Mapping[str, Option]) -> dict[str, Json]:
    tree: dict[str, Json] = {}
    for leaf, value in release["leaves_without_option"].items():
        _plant(tree, leaf, value)
    for option in live.values():
        value = _config_value(option)
        if value or option["leaf"] not in release["omitted_when_zero"]:
            _plant(tree, option["leaf"], value)
    return tree


def _config_value(option: Option) -> Json:
    if _is_secret(option):
        return ""
    value: Json = option["value"]
    match value:
        case {"Choices": _, "Value": chosen}:  # an enum
            return chosen
        case _:
            return value


def _is_secret(option: Option) -> bool:
    return "secret" in option.get("annotations", {})


def _plant(tree: dict[str, Any], leaf: str, value: Json) -> None:
    *parents, last = leaf.split(".")
    for key in parents:
        tree = tree.setdefault(key, {})
    tree[last] = value
