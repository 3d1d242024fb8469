"""Where on their lines findings stand, and what of these lines may be shown."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from confaudit.core.given import Channel, Given, GivenState, OperatorSettings, Position
from confaudit.core.judge.finding import Finding
from confaudit.core.model import OptionSpec
from confaudit.core.secret import carries_text
from confaudit.core.text.excerpts import pointed_at


def pointed(
    findings: Iterable[Finding],
    texts: Mapping[str, Sequence[str]],
    operator: OperatorSettings,
) -> Iterator[Finding]:
    """The findings, with columns and excerpts in their positions where these are known.

    `texts` has the lines of each file, `operator` what they set without its secrets.
    """
    lines = _Lines.of(texts, operator)
    for one in findings:
        yield replace(one, positions=tuple(lines.pointed(place, one) for place in one.positions))


class _Lines(Struct, frozen=True):
    """The lines of files, and what stands on which."""

    texts: Mapping[str, Sequence[str]]
    given: Mapping[Position, Sequence[Given]]
    keys: Mapping[Position, Sequence[str]]
    """Of the chart's values."""

    @classmethod
    def of(cls, texts: Mapping[str, Sequence[str]], operator: OperatorSettings) -> "_Lines":
        given: defaultdict[Position, list[Given]] = defaultdict(list)
        for one in (*operator.given, *operator.preset, *operator.interpolation):
            given[one.position].append(one)
        keys: defaultdict[Position, list[str]] = defaultdict(list)
        for key, value in (operator.chart.keys if operator.chart else {}).items():
            keys[value.position].append(key)
        return cls(texts, given, keys)

    def pointed(self, position: Position, finding: Finding) -> Position:
        """A place of a finding, with the column of what it is about."""
        text = self.texts.get(position.file, ())
        if not 0 < position.line <= len(text):
            return position
        line, about = text[position.line - 1], _names(finding)
        for one in self._about(position, about):
            public = one.value if _is_public(one, finding.spec) else None
            found = pointed_at(line, position, (_spelled(one),), public)
            if found.column:
                return found
        keys = [*self.keys.get(position, ()), *about]
        return pointed_at(line, position, (name for key in keys for name in (key, _last(key))))

    def _about(self, position: Position, names: Sequence[str]) -> Sequence[Given]:
        """The settings on a line that are meant; the only one is, whatever it is called."""
        every = self.given.get(position, ())
        return [one for one in every if one.name in names] or (every if len(every) == 1 else ())


def _names(finding: Finding) -> Sequence[str]:
    """Everything that what a finding is about is called."""
    spec = finding.spec
    names = (spec.env, spec.flag, spec.yaml_path) if spec else ()
    return [*dict.fromkeys(filter(None, (finding.subject, *names)))]


def _spelled(given: Given) -> str:
    """A name as it stands on its line."""
    return _last(given.name) if given.channel is Channel.YAML else given.name


def _last(path: str) -> str:
    """The last part of a dotted path: above it stand the others."""
    return path.rpartition(".")[2]


def _is_public(given: Given, spec: OptionSpec | None) -> bool:
    """Whether its value, which holds no secret that is known as one, may stand in the open.

    Under a name that no release knows nobody can tell what it is.
    """
    if given.state is not GivenState.LITERAL:
        return False
    is_known = spec and not spec.secret and given.name in (spec.env, spec.flag, spec.yaml_path)
    return bool(is_known) or not carries_text(given.value)
