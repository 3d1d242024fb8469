"""Learn a release from what `coder server --write-config` prints.

It has every option with a YAML path, hidden ones too. The values are those of one deployment and
are never looked at: each option's comment ends in its default and its type, wrapped at 80 columns.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any, Final

from confaudit.catalog.partial import Facts, Kind, Partial, in_one_line
from confaudit.patterns import regex
from confaudit.yaml_nodes import Mapping, Node, Scalar, YamlFault, compose, follow

HINT: Final = "write the file again"

_DECLARED: Final = regex(r" ?(?P<default>.*), type: (?P<type>\S+)\)")
"""What follows the last `(default:` of an option's comment."""
_COMMENTED: Final = regex(r"^[ \t]*# \(default:", re.MULTILINE)
_UNSET: Final = "<unset>"


def recognise(text: str) -> bool:
    """Whether a text has comments such as the command writes."""
    return _COMMENTED.search(text) is not None


def read(text: str) -> Partial:
    """Learn from the comments.

    Raises:
        ValueError: it is no YAML; the message is the rest of a sentence that names the file.
    """
    try:
        roots = compose(text)
    except YamlFault as fault:
        raise ValueError(str(fault)) from None
    lines = re.split(r"\r\n?|\n", text)
    found = [option for root in roots for option in _options(root, lines, "", set())]
    return Partial(
        Kind.WRITTEN_YAML,
        options=tuple(facts for facts, _ in found),
        descriptions={facts["yaml_path"]: in_one_line(text) for facts, text in found},
    )


def _options(
    node: Node, lines: Sequence[str], prefix: str, seen: set[int]
) -> Iterator[tuple[Facts, str]]:
    """Walk the keys; a node that an alias repeats counts once, so that none walks for ever."""
    mapping = follow(node)
    if not isinstance(mapping, Mapping) or id(mapping) in seen:
        return
    seen.add(id(mapping))
    for key, value in mapping.pairs:
        if not isinstance(key, Scalar):
            continue
        path = f"{prefix}{key.text}"
        description, _, ending = _comment(lines, key.line).rpartition("(default:")
        declared = _DECLARED.match(ending)
        if declared:
            yield _facts(path, declared), description
        else:
            yield from _options(value, lines, f"{path}.", seen)


def _comment(lines: Sequence[str], line: int) -> str:
    """The comment right above a line, joined again where it was wrapped."""
    start = line
    while start > 0 and lines[start - 1].lstrip().startswith("#"):
        start -= 1
    return " ".join(text.strip().lstrip("#").strip() for text in lines[start:line])


def _facts(path: str, declared: re.Match[str]) -> Facts:
    default = declared["default"]
    facts: dict[str, Any] = {"yaml_path": path, "type": declared["type"].replace("\\|", "|")}
    return {**facts, "default": None if default == _UNSET else default}
