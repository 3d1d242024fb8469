"""Whatever is no form of its own: broken YAML, templates, scripts. Line by line, nothing executed.

Takes names that look like Coder's and nothing else, so it finds every setting and may find some
that another program reads.
"""

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from confaudit.core.given import Elsewhere, Form, Given, GivenState, OperatorSettings
from confaudit.operator_files.beside import Beside
from confaudit.operator_files.file import OperatorFile
from confaudit.operator_files.reader import Reader
from confaudit.operator_files.settings import CODER_NAME, SettingsBlock, open_lines
from confaudit.operator_files.substitution import CLUSTER, COMPOSE, Dialect, Reading
from confaudit.operator_files.version import image_parts, is_coder_image, version_of
from confaudit.patterns import regex
from confaudit.yaml_nodes import fault_of

_CODER: Final = CODER_NAME.pattern
_ITEM: Final = regex(rf"""(?:-\s+)?["']?name["']?\s*:\s*["']?(?P<name>{_CODER})["']?""")
_ENTRY: Final = regex(
    rf"(?P<item>-\s+)?(?:export\s+)?(?P<open>[\"']?)(?P<name>{_CODER})(?P<close>[\"']?)\s*"
    r"(?P<sign>:(?=\s|$)|=)(?P<value>.*)"
)
_VALUE: Final = regex(r"value\s*:\s*(?P<value>.*)")
_IMAGE: Final = regex(r"""image\s*[:=]\s*["']?(?P<image>[^\s"']+)""")
_CHART: Final = regex(
    r"""chart:\s*["']?coder["']?\s*\n(?:[^\n]*\n){0,2}?\s*(?:version|targetRevision):\s*["']?"""
    r"""(?P<version>[^\s"']+)"""
)


def recognise(file: OperatorFile) -> bool:
    """Whether a line sets something that looks like Coder's."""
    return any(_ITEM.fullmatch(text) or _ENTRY.match(text) for _, text in file.significant())


def read(file: OperatorFile, _: Beside) -> tuple[OperatorSettings, ...]:
    """Read the file as a text, line by line."""
    return (read_lines(file),)


def read_lines(file: OperatorFile) -> OperatorSettings:
    """The settings that lines of a text look like."""
    given = tuple(_settings(file))
    version, hint = version_of(_version(file))
    return OperatorSettings(
        given=given,
        version=version,
        version_hint=hint,
        notes=(_note(file, given),),
        forms=(Form.TEXT,),
        elsewhere=tuple(_pointers(file)),
    )


_POINTER: Final = regex(
    r"""[-"'\s]*(?:env_?files?|environmentFiles?|envFrom|valuesFrom|valueFiles|extends)["']?\s*[:=]"""
    r"|EnvironmentFile=|(?:source|\.)\s+\S|.*\s--env-file[\s=]|.*\{\{-?\s*(?:include|template|toYaml)\b",
    re.IGNORECASE,
)
"""How the forms that a text may have been point to what sets more."""


def _pointers(file: OperatorFile) -> Iterator[Elsewhere]:
    yield from open_lines(file)
    for number, text in file.significant():
        if _POINTER.match(text):
            note = file.remark(number, "what this line points to may set more, and is not read")
            yield Elsewhere("text", note)


def _note(file: OperatorFile, given: tuple[Given, ...]) -> str:
    """A parser meets a fault after it happened: a value that is cut off says where."""
    note = f"{file.name} could only be read line by line"
    fault = fault_of(file.text) if re.search(r"(?m):\s*$", file.text) else None
    if fault is None:
        return note
    cut = [one.position.line for one in given if one.state is GivenState.MALFORMED]
    return f"{note}: it is no YAML at line {min(file.at(fault).line, *cut, file.at(fault).line)}"


def _settings(file: OperatorFile) -> Iterator[Given]:
    compose = any(text == "services:" for _, text in file.significant())
    place, dialect = SettingsBlock(file, Form.TEXT), COMPOSE if compose else CLUSTER
    significant = [*file.significant(), (0, "")]
    for (number, text), (_, following) in pairwise(significant):
        if item := _ITEM.fullmatch(text):
            yield _item(item["name"], number, following, place, dialect)
        elif entry := _ENTRY.match(text):
            yield _setting(entry["name"], _written(entry), number, place, dialect)


def _item(name: str, line: int, following: str, place: SettingsBlock, dialect: Dialect) -> Given:
    value = _VALUE.match(following)
    if value:
        return _setting(name, value["value"], line, place, dialect)
    state = GivenState.REFERENCE if following.startswith("valueFrom") else GivenState.MALFORMED
    return place.given(name, state, line)


def _written(entry: re.Match[str]) -> str:
    """The value; in `- K="v"` the quotes belong to it, in `- "K=v"` they stand around both."""
    value = entry["value"].strip()
    if entry["open"] and not entry["close"]:
        return entry["open"] + value
    if entry["item"] and entry["sign"] == "=" and value[:1] == '"':
        return "'" + value + "'"
    return value


def _setting(name: str, value: str, line: int, place: SettingsBlock, dialect: Dialect) -> Given:
    text = _unquoted(value)
    if text is not None and not re.fullmatch(r"[|>][-+0-9]*", text):
        return place.text(name, text, line, dialect.read)
    if "ENC[" in value:
        return place.given(name, GivenState.ENCRYPTED, line)
    return place.given(name, GivenState.MALFORMED, line, _cut(value.lstrip("\"'|>"), dialect))


def _cut(value: str, dialect: Dialect) -> Reading:
    """What is left of a value that ends in the middle: enough to find a credential in it."""
    whole = re.sub(r"\$\{[^}]*\Z", "", value)
    return Reading(dialect.read(whole).text, known=False, prefix=dialect.read(value).prefix)


def _unquoted(value: str) -> str | None:
    """The text between quotes, or up to a comment; None when the quote does not end."""
    if value[:1] not in ("'", '"'):
        return re.split(r"(?:^|\s)#", value, maxsplit=1)[0].rstrip()
    closed = re.match(r""""((?:[^"\\]|\\.)*)"|'((?:[^']|'')*)'""", value)
    return "".join(filter(None, closed.groups())) if closed else None


def _version(file: OperatorFile) -> str:
    for match in _IMAGE.finditer(file.text):
        repository, tag = image_parts(COMPOSE.read(match["image"]).text or "")
        if is_coder_image(repository):
            return tag
    chart = _CHART.search(file.text)
    return chart["version"] if chart else ""


READER: Final = Reader(recognise, read)
