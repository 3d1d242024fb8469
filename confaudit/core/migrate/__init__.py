"""Old names become current ones in operators' own files, where that is safe; with the patches.

Decides what can be rewritten in the texts that there are. Which names mean the same is known to
`migrate.names`; how they stand in a text to `migrate.lines` and `migrate.server_yaml`.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol

from confaudit.core.coder.names import written
from confaudit.core.coder.releases import Release
from confaudit.core.given import Channel, Form, Given, GivenState, OperatorSettings
from confaudit.core.judge.finding import Patch, Phase
from confaudit.core.migrate.lines import LinesEditor
from confaudit.core.migrate.names import OldName, RenameGroup, groups
from confaudit.core.migrate.server_yaml import YamlEditor
from confaudit.core.model import OptionSpec
from confaudit.core.snapshot.redact import public_settings


@dataclass(frozen=True, slots=True)
class Rewrite:
    """One entry of a file that was rewritten."""

    given: Given = field(repr=False)
    """As it stood."""
    new: str
    """Its new name. Where the file had that one as well, saying the same, the entry is gone."""
    phase: Phase
    """BEFORE when the release that runs knows the new name already, else DURING."""
    patch: Patch


@dataclass(frozen=True, slots=True)
class Migration:
    """The operator's files with current names, and what was left alone."""

    texts: Mapping[str, str] = field(repr=False)
    """File → its text, every file that was given; all but names is kept byte for byte."""
    patches: tuple[Rewrite, ...]
    """In the order of the entries."""
    skipped: tuple[tuple[str, str], ...]
    """Old name → why it stays, completing "left as it is: …"."""


def migrate(
    operator: OperatorSettings, texts: Mapping[str, str], source: Release, target: Release
) -> Migration:
    """Use the names that the target calls current, as far as that changes nothing else.

    `inputs` are what the files say, not redacted: whether two values are the same only shows as
    they are. `texts` are the files as they lie on disk, by the name that positions have.
    """
    specs = (*source.options.values(), *target.options.values())
    bench = _Bench(operator, texts, specs)
    rewrites: dict[int, Rewrite] = {}
    skipped: dict[str, str] = {}
    for group in groups(operator, source, target):
        why = group.obstacle or bench.obstacle(group)
        if why:
            skipped |= {written(entry.given): why for entry in group.entries}
        else:
            rewrites |= {id(e.given): bench.rewrite(e, group.phase) for e in group.entries}
    return Migration(
        texts={name: bench.editors[name].text for name in texts},
        patches=tuple(rewrites[id(one)] for one in operator.given if id(one) in rewrites),
        skipped=tuple(skipped.items()),
    )


class _Editor(Protocol):
    """Changes the entries of one text; only those that it said can be changed."""

    def can_rename(self, given: Given, new: str) -> bool:
        """Whether the name of an entry can be told from all else in the text."""

    def can_drop(self, given: Given, kept: Given) -> bool:
        """Whether an entry can be taken out, where another says the same."""

    def rename(self, given: Given, new: str, *, public: bool) -> Patch:
        """Give an entry another name; the patch shows its value only if that is public."""

    def drop(self, given: Given, kept: Given, *, public: bool) -> Patch:
        """Take an entry out; its comments stay."""

    @property
    def text(self) -> str:
        """The text with all changes."""


class _Bench:
    """The files that are being rewritten."""

    def __init__(
        self, operator: OperatorSettings, texts: Mapping[str, str], specs: Iterable[OptionSpec]
    ) -> None:
        by_yaml = {one.position.file for one in operator.given if one.form is Form.SERVER_YAML}
        self.editors: dict[str, _Editor] = {
            name: YamlEditor(text) if name in by_yaml else LinesEditor(text)
            for name, text in texts.items()
        }
        self._texts = texts
        self._encrypted = {
            one.position.file for one in operator.given if one.state is GivenState.ENCRYPTED
        }
        self._public = {id(one) for one in public_settings(operator, specs)}

    def obstacle(self, group: RenameGroup) -> str:
        """Why the entries cannot be rewritten in these texts; empty when they can."""
        return next(filter(None, map(self._obstacle, group.entries)), "")

    def _obstacle(self, entry: OldName) -> str:
        given = entry.given
        editor = self.editors.get(given.position.file)
        if editor is None:
            return "its file is not here"
        of_itself = given.form in _OF_A_SHELL and given.name in given.refers_to
        if given.state is GivenState.PASS_THROUGH or of_itself:
            return "its value comes from the shell, under the same name"
        if given.position.file in self._encrypted:
            return "its file is encrypted, and the checksum covers its names as well"
        if self._is_referred_to(given):
            return "something else refers to it by its name"
        if entry.kept is None:
            return "" if editor.can_rename(given, entry.new) else _CROWDED
        return "" if editor.can_drop(given, entry.kept) else _SUPERFLUOUS

    def _is_referred_to(self, given: Given) -> bool:
        """Whether a value is made of an entry, or taken from it by its key."""
        name = re.escape(given.name)
        if given.channel is not Channel.ENV or given.form is Form.COMPOSE:
            return False  # `${NAME}` in a compose file means the shell's, never its own entries
        if given.form in _OF_A_SHELL:
            return self._says(rf"\$\{{?{name}\b")
        is_key = re.search(
            rf"(?m)^[ \t]*[\"']?{name}[\"']?\s*[:=]", self._texts[given.position.file]
        )
        by_key = self._says(rf"\bkey[\"']?\s*[:=]\s*[\"']?{name}\b")  # of a ConfigMap or Secret
        return self._says(rf"\$\({name}\)") or (is_key is not None and by_key)

    def _says(self, pattern: str) -> bool:
        return any(re.search(pattern, text) for text in self._texts.values())

    def rewrite(self, entry: OldName, phase: Phase) -> Rewrite:
        """Rewrite one entry."""
        given, public = entry.given, id(entry.given) in self._public
        editor = self.editors[given.position.file]
        if entry.kept is None:
            patch = editor.rename(given, entry.new, public=public)
        else:
            patch = editor.drop(given, entry.kept, public=public)
        return Rewrite(given, entry.new, phase, patch)


_OF_A_SHELL: Final = frozenset(
    {Form.ENV_FILE, Form.SYSTEMD, Form.SCRIPT, Form.DOCKER_RUN, Form.DOCKERFILE}
)
"""Forms in which `$NAME` may mean an entry."""
_CROWDED: Final = "its place in the file cannot be changed by lines alone"
_SUPERFLUOUS: Final = "its new name says the same, and it cannot be taken out by its line alone"
