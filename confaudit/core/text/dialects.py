"""A setting as it is written in each dialect, to be pasted where an operator keeps it."""

import json
import shlex
from typing import Final

from msgspec import Struct

from confaudit.core.model import MISSING, OptionSpec, Value
from confaudit.core.secret import SECRET_OPTIONS, is_secret
from confaudit.core.text.typed import typed
from confaudit.patterns import regex


class Dialects(Struct, frozen=True):
    """One setting, four times; empty where the option has no such name, or none to trust."""

    flag: str
    """For a shell."""
    env: str
    """For a shell, or the environment file of a systemd unit."""
    yaml: str
    """For the server's YAML, from its top level."""
    helm: str
    """One entry of the list `coder.env` in the chart's values."""


def dialects(names: OptionSpec, value: Value, option_type: str) -> Dialects:
    """Write a setting down; names alone where its value is not known, empty, or cannot be typed.

    A secret's value is nowhere: it is referred to. As a flag everybody on the host could read it.
    """
    flag, env, path = _trusted(names)
    if is_secret(value) or names.flag in SECRET_OPTIONS:
        return Dialects("", env, path, _reference(env) if env else "")
    text = None if value is MISSING else typed(value, option_type)
    if not text:  # before 2.34 an empty variable is none
        return Dialects(f"--{flag}" if flag else "", env, path, "")
    scalar = text if option_type == "duration" else value
    return Dialects(
        flag=f"--{flag}={shlex.quote(text)}" if flag else "",
        env=f"{env}={shlex.quote(text)}" if env else "",
        yaml=_nested(path, _quoted(scalar)) if path else "",
        helm=f"- name: {env}\n  value: {_quoted(_literal(text))}" if env else "",
    )


def _trusted(names: OptionSpec) -> tuple[str, str, str]:
    """The names that are what names of Coder's look like: others could hold commands."""
    return (
        names.flag if _FLAG.fullmatch(names.flag) else "",
        names.env if _VARIABLE.fullmatch(names.env) else "",
        names.yaml_path if _PATH.fullmatch(names.yaml_path) else "",
    )


_FLAG: Final = regex(r"[A-Za-z0-9][A-Za-z0-9-]*")
_VARIABLE: Final = regex(r"[A-Za-z_][A-Za-z0-9_]*")
_PATH: Final = regex(r"[A-Za-z_][A-Za-z0-9_-]*(?:\.[A-Za-z_][A-Za-z0-9_-]*)*")


def _reference(env: str) -> str:
    key = f"{{name: YOUR-SECRET, key: {env}}}"
    return f"- name: {env}\n  valueFrom:\n    secretKeyRef: {key}"


def _nested(path: str, value: str) -> str:
    *groups, leaf = path.split(".")
    lines = [f"{'  ' * depth}{_key(name)}:" for depth, name in enumerate(groups)]
    return "\n".join((*lines, f"{'  ' * len(groups)}{_key(leaf)}: {value}"))


def _key(name: str) -> str:
    return f'"{name}"' if name.lower() in _NO_KEYS else name


_NO_KEYS: Final = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})
"""Words that YAML 1.1 reads as something else."""


def _quoted(value: Value) -> str:
    """JSON, which YAML reads as the same value whatever it looks like."""
    return json.dumps(value, ensure_ascii=False)


def _literal(text: str) -> str:
    """Kubernetes fills in `$(NAME)`, but not `$$(NAME)`."""
    return text.replace("$(", "$$(")
