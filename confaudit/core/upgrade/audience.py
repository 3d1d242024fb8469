"""Whom a set of variables is meant for: the server, another program of Coder, or another product.

Other products have variables that begin with `CODER_` too, and the programs of Coder share some.
What tells the server is an option that nothing else reads, be it one with a slip of the pen.
"""

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Final, TypeAlias

from confaudit.core.coder.names import is_option
from confaudit.core.coder.programs import SERVER_NAMES, Program
from confaudit.core.coder.releases import Catalog
from confaudit.core.coder.startup import HOMEBREW
from confaudit.core.given import Channel, Given
from confaudit.core.upgrade.families import is_numbered
from confaudit.core.upgrade.spelling import PREFIX, Spelling, is_usual_helper

_PROXY_MARK: Final = "external_workspace_proxies"
"""The annotation of the server's options that are the workspace proxy's too."""

_Readers: TypeAlias = Mapping[str, frozenset[Program]]


class Audience:
    """Tells by the names of variables who reads them."""

    def __init__(self, catalog: Catalog) -> None:
        """Take the releases there are: an option of any of them is one of the server."""
        self._catalog = catalog
        self._newest = catalog.nearest("")

    def of(self, given: Iterable[Given]) -> Program | None:
        """Who reads what is set; None when it looks like Coder's, and nothing of Coder's does.

        Flags and YAML are the server's. Where nothing looks like Coder's, nothing tells of another.
        """
        entries = list(given)
        named = {one.name.removeprefix(HOMEBREW) for one in entries}
        names = {name for name in named if name.startswith(PREFIX) or self._is_option(name)}
        if not names or any(one.channel is not Channel.ENV for one in entries):
            return Program.SERVER
        return self._by_names({name: self._readers(name) for name in names})

    def _by_names(self, readers: _Readers) -> Program | None:
        options = {one for one in readers if self._is_option(one)}
        if options and not self._fitting(options, readers):
            return Program.SERVER
        options |= {one for one in readers if self._is_misspelt(one)}
        fitting = self._fitting(options, readers)
        if fitting:
            return max(fitting, key=lambda one: _closeness(one, readers))
        return Program.SERVER if options else None

    def _fitting(self, options: set[str], readers: _Readers) -> list[Program]:
        """The programs beside the server that all may be for; `options` are the server's own."""
        others = {program for name in readers.keys() - options for program in readers[name]}
        programs = (one for one in Program if one in others and one is not Program.SERVER)
        return [one for one in programs if self._fits(one, options, readers)]

    def _fits(self, program: Program, options: set[str], readers: _Readers) -> bool:
        """Whether a program reads all that is set of the server's options.

        One that is given what it cannot do without may be left some settings of the server beside.
        """
        read = {name for name, found in readers.items() if program in found}
        strange = options - read
        is_own = any(Program.SERVER not in readers[name] for name in read - options)
        if not strange:
            return not options or is_own or len(read) == len(readers)
        is_needed = bool(self._newest.facts.needs(program) & read)
        is_beside = len(strange) < len(read) and not strange & SERVER_NAMES
        return is_own and is_needed and is_beside

    def _readers(self, name: str) -> frozenset[Program]:
        found = self._newest.facts.readers(name)
        return found | {Program.WORKSPACE_PROXY} if name in self._proxy_options else found

    @cached_property
    def _proxy_options(self) -> frozenset[str]:
        declared = self._catalog.declared
        return frozenset(spec.env for spec in declared if _PROXY_MARK in dict(spec.annotations))

    @cached_property
    def _spelling(self) -> Spelling:
        return Spelling(self._catalog, self._newest.options.values())

    def _is_option(self, name: str) -> bool:
        return is_option(self._catalog, Channel.ENV, name) or is_numbered(name)

    def _is_misspelt(self, name: str) -> bool:
        """Whether a name that nothing reads is one of the server's options but for a slip."""
        is_known = self._is_option(name) or self._readers(name) or is_usual_helper(name)
        return not is_known and self._spelling.is_slip(name)


def _closeness(program: Program, readers: _Readers) -> tuple[int, int, bool]:
    """How much of what is set a program reads, and how much of that the server does not."""
    read = [found for found in readers.values() if program in found]
    own = [found for found in read if Program.SERVER not in found]
    return len(read), len(own), program is Program.CLIENT
