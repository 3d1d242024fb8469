"""A configuration as plain lines, one option each, for programs that compare lines.

What stands in a line is redacted and safe to look at, and different values never read alike: texts
are quoted, durations are not (`8h`).
"""

import json
from collections import defaultdict
from collections.abc import Container, Iterator, Mapping, Sequence
from difflib import unified_diff

from confaudit.core import tree
from confaudit.core.coder.names import by_name
from confaudit.core.coder.releases import Release
from confaudit.core.given import Given, OperatorSettings
from confaudit.core.model import MISSING, Json, Setting, Value, ValueSource
from confaudit.core.secret import is_secret
from confaudit.core.text.wording import human, is_duration, visible


def settings_lines(
    settings: Mapping[str, Setting], durations: Container[str] = ()
) -> Iterator[str]:
    """The settings of a snapshot by option, with what set each.

    Its file tells no types: `durations` are the keys of options that count nanoseconds.
    """
    for key, setting in sorted(settings.items()):
        yield _line(key, setting.value, setting.source, _type_of(key, durations))


def document_lines(document: Mapping[str, Json], durations: Container[str] = ()) -> Iterator[str]:
    """Any other file of a snapshot, leaf by leaf; `durations` are dotted paths."""
    for path, value in sorted(tree.leaves(document)):
        name = tree.dotted(path)
        yield _line(name, value, option_type=_type_of(name, durations))


def _type_of(name: str, durations: Container[str]) -> str:
    return "duration" if name in durations else ""


def operator_lines(
    operator: OperatorSettings, release: Release, effective: Mapping[str, Setting]
) -> Iterator[str]:
    """What an operator's files come to at a release; both are redacted.

    Each option that is set once, with its value in effect, whatever sets it how often; what comes
    to no value, or is no option of the release, as it is written.
    """
    if said := operator.version or operator.version_hint:
        yield _line("release", said)
    names = by_name(release.options.values())
    groups: dict[str, list[Given]] = defaultdict(list)
    for given in operator.given:
        spec = names.get((given.channel, given.name))
        groups[spec.key if spec else ""].append(given)
    strangers = groups.pop("", [])
    for key, entries in sorted(groups.items()):
        setting = effective.get(key)
        if setting and setting.value is not MISSING:
            yield _line(key, setting.value, setting.source, release.options[key].type)
        else:
            yield f"{visible(key)}: {', '.join(map(_as_written, entries))}"
    yield from sorted(f"{_as_written(one)}, no option of {release.version}" for one in strangers)


def _as_written(given: Given) -> str:
    value = given.structure if given.value is None else given.value
    return f"{visible(given.name)} = {_exact(value)} [{given.channel}, {given.state}]"


def _line(name: str, value: Value, source: ValueSource | None = None, option_type: str = "") -> str:
    by = f" [{source}]" if source else ""
    return f"{visible(name)} = {_exact(value, option_type)}{by}"


def _exact(value: Value, option_type: str = "") -> str:
    if value is MISSING:
        return "not known"
    if is_duration(value, option_type):
        return human(value, option_type)
    if is_secret(value):
        return f"secret, {human(value)}"
    return visible(json.dumps(value, ensure_ascii=False, sort_keys=True))


def differing(before: Sequence[str], after: Sequence[str]) -> tuple[str, ...]:
    """The lines that are gone, after a minus, and those that are new, after a plus."""
    hunks = unified_diff(before, after, n=0, lineterm="")
    return tuple(line for line in [*hunks][2:] if not line.startswith("@@"))
