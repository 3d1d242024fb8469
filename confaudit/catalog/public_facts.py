"""What a catalogue may hold of the facts that inputs tell: no credential, wherever one was left.

A catalogue is committed and shown; what it is learnt from may be a fork's source, or a page that
was copied from a server in use.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from msgspec.structs import replace

from confaudit.catalog.partial import Facts
from confaudit.core.model import OptionSpec
from confaudit.core.secret import is_secret_option
from confaudit.core.snapshot.credentials import redact_text


def public_facts(facts: Facts, known: OptionSpec) -> Facts:
    """The facts of an option, over what is known of it already.

    The default of a secret is as good as not told.
    """
    is_secret = is_secret_option(replace(known, **facts))
    return {
        name: _CLEANED[name](fact) if fact and name in _CLEANED else fact
        for name, fact in facts.items()
        if not (is_secret and name == "default" and fact)
    }


def _type(name: str) -> str:
    """Choice by choice, so that what an enum is stays legible."""
    choices = name.removeprefix("enum[").removesuffix("]").split("|")
    return f"enum[{'|'.join(map(redact_text, choices))}]" if name.startswith("enum[") else name


def _annotations(marks: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    return tuple((key, redact_text(f"{key}={value}").partition("=")[2]) for key, value in marks)


_CLEANED: Final[Mapping[str, Callable[[Any], Any]]] = {
    "name": redact_text,
    "group": redact_text,
    "default": redact_text,
    "type": _type,
    "annotations": _annotations,
}
"""Field of `OptionSpec` that holds free text → what of it is public."""
