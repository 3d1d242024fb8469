"""What holds for a release of Coder and stands in none of its options.

Where the facts come from is not known here: see `confaudit.catalog.facts`, which has a section for
each field of `Facts`. A further kind of fact, such as what ends a server after its options are
read, is one more of both.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from fnmatch import fnmatchcase
from functools import cached_property
from typing import Final

from msgspec import Struct

from confaudit.core.coder.programs import Program


class Experiments(Struct, frozen=True):
    """The experiments that a release knows, as far as that is told."""

    known: frozenset[str] = frozenset()
    safe: frozenset[str] = frozenset()
    """Those of `known` that `*` stands for."""
    unsure: frozenset[str] = frozenset()
    """Those of which nobody could tell whether the release still knows them; none is in `known`."""
    is_complete: bool = False
    """Whether the release knows no others than these. A server tells its safe ones only."""


NOTHING_KNOWN: Final = Experiments()
"""Nothing is told of a release's experiments."""


class ExposedSecret(Struct, frozen=True):
    """A secret that the API of a release shows in clear."""

    option: str


class StoredSecret(Struct, frozen=True):
    """A secret that the database knows as well, so that another one in its variable ends a server.

    Known from coder/coder#24895 (AI providers) and enterprise/dbcrypt (encryption keys).
    """

    variable: str
    """`*` in it stands for anything."""
    rotation: str
    """How to rotate it, in a whole sentence."""


class Variable(Struct, frozen=True):
    """An environment variable that a program of Coder reads though it is no option of the server.

    Who reads the same name is told by one of these each.
    """

    name: str
    """`*` in it stands for one or more letters, digits and underscores."""
    reader: Program
    """The server where it is never in vain there, be it for the command line in its container."""
    option: str = ""
    """The server's option for the same, if there is one."""
    is_needed: bool = False
    """Whether the reader does not run without it."""


class SharedVariable(Struct, frozen=True):
    """The variable of an option of the server that another program reads as well."""

    name: str
    reader: Program


class RetiredVariable(Struct, frozen=True):
    """An environment variable that Coder 2 never read, and many still give."""

    name: str
    by: str = ""
    """The variable to use instead; of a numbered family a pattern."""
    option: str = ""
    """The option that `by` sets."""
    is_likely: bool = False
    """Whether `by` is no more than what most mean by the old name."""
    note: str = ""
    """What became of it, in a whole sentence."""


class ComingVariable(Struct, frozen=True):
    """The variable of an option that a release has of which the catalogue knows no options yet."""

    name: str
    since: str
    """The first release that is known to read it."""


class ReplacedOption(Struct, frozen=True):
    """An option that went without an alias, and another that does its job."""

    option: str
    by: str


class Filler(StrEnum):
    """What fills a setting in, though its value source does not say so."""

    POD = "pod"
    """The chart, with what differs from pod to pod."""
    SERVER = "server"
    """The server itself, after it has read its options."""
    VARIABLES = "variables"
    """The operator, by numbered variables, which have no value source."""


class FilledSetting(Struct, frozen=True):
    """A setting whose value is not all the operator's or the release's doing."""

    setting: str
    """Key of the option, or config leaf."""
    by: Filler
    how: str
    """In words that follow a comma; of variables their name, before "fill it"."""


class OptionalField(Struct, frozen=True):
    """A field of the structures of an option that is served only where somebody gives it."""

    option: str
    field: str


class UnorderedOption(Struct, frozen=True):
    """An option with a list of values whose order means nothing to Coder: a set, or a filter.

    Each value is looked for, allowed or turned on by itself (coder/coder: coderd/userauth.go,
    coderd/idpsync, coderd/httpmw/realip.go, cli/clilog, cli/server.go), or the standard says so:
    RFC 6749, 3.3 (scopes), RFC 6797, 6.1 (HSTS), Go's crypto/tls (ciphers), Prometheus (labels).
    Not among them are lists that are paired (certificates and keys), tried in turn (trusted
    headers), numbered (STUN), or whose last word counts (SSH options, CSP).
    """

    option: str


class ChartKey(Struct, frozen=True):
    """A key of the values of Coder's Helm chart."""

    key: str
    """Dotted; with `.*` at its end everything below it is free as well."""


class CompleteSection(Struct, frozen=True):
    """A field of `Facts` that lists all there is: what it lacks the release has not."""

    section: str


class Facts(Struct, frozen=True, dict=True):
    """What holds for one release."""

    exposed_secrets: tuple[ExposedSecret, ...] = ()
    stored_secrets: tuple[StoredSecret, ...] = ()
    variables: tuple[Variable, ...] = ()
    shared_variables: tuple[SharedVariable, ...] = ()
    retired_variables: tuple[RetiredVariable, ...] = ()
    coming_variables: tuple[ComingVariable, ...] = ()
    replaced_options: tuple[ReplacedOption, ...] = ()
    filled_settings: tuple[FilledSetting, ...] = ()
    optional_fields: tuple[OptionalField, ...] = ()
    unordered_options: tuple[UnorderedOption, ...] = ()
    chart_keys: tuple[ChartKey, ...] = ()
    complete: tuple[CompleteSection, ...] = ()

    @property
    def is_chart_known(self) -> bool:
        """Whether `chart_keys` are all that the release's chart has."""
        return CompleteSection("chart_keys") in self.complete

    def variable(self, name: str) -> Variable | None:
        """The variable of this name that is no option of the server and is read all the same.

        Of several readers the server counts most, then the CLI.
        """
        return next(iter(self._named(name)), None)

    def readers(self, name: str) -> frozenset[Program]:
        """The programs that read a variable, but for the server where it is one of its options."""
        shared = (one.reader for one in self.shared_variables if one.name == name)
        return frozenset((*(one.reader for one in self._named(name)), *shared))

    def needs(self, program: Program) -> frozenset[str]:
        """The variables without which a program does not run."""
        return frozenset(
            one.name for one in self.variables if one.reader is program and one.is_needed
        )

    def _named(self, name: str) -> Sequence[Variable]:
        exact, patterns = self._variables
        return exact.get(name) or [one for pattern, one in patterns if pattern.fullmatch(name)]

    @cached_property
    def _variables(
        self,
    ) -> tuple[Mapping[str, Sequence[Variable]], Sequence[tuple[re.Pattern[str], Variable]]]:
        exact: dict[str, list[Variable]] = {}
        for one in self.variables:
            exact.setdefault(one.name, []).append(one)
        return exact, [(_pattern(one.name), one) for one in self.variables if "*" in one.name]

    def rotation(self, variable: str) -> str:
        """How a secret has to be rotated that the database knows; empty for any other."""
        found = (one for one in self.stored_secrets if fnmatchcase(variable, one.variable))
        return next((one.rotation for one in found), "")

    def retired(self, name: str) -> RetiredVariable | None:
        """The variable of this name that Coder 2 never read."""
        return next((one for one in self.retired_variables if one.name == name), None)

    def coming(self, name: str) -> ComingVariable | None:
        """The variable of this name that newer releases read."""
        return next((one for one in self.coming_variables if one.name == name), None)

    def other_names(self) -> Iterable[str]:
        """The variables that the server does not read, and another program does."""
        return (one.name for one in self.variables if one.reader is not Program.SERVER)

    def replacement(self, option: str) -> str:
        """The key of the option that does the job of one that went; empty when none is known."""
        return next((one.by for one in self.replaced_options if one.option == option), "")

    def optional(self, option: str) -> frozenset[str]:
        """The fields of an option's structures that are served only where somebody gives them."""
        return frozenset(one.field for one in self.optional_fields if one.option == option)

    def is_unordered(self, option: str) -> bool:
        """Whether the values of an option mean the same in any order."""
        return UnorderedOption(option) in self.unordered_options

    def filled(self, setting: str) -> FilledSetting | None:
        """What fills a setting in besides who sets it."""
        return next((one for one in self.filled_settings if one.setting == setting), None)


def _pattern(name: str) -> re.Pattern[str]:
    return re.compile(re.escape(name).replace(r"\*", r"\w+"))
