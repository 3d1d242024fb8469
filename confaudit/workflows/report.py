"""What every Report has in common."""

from collections.abc import Iterable, Iterator, Sequence
from difflib import get_close_matches

from msgspec.structs import replace

from confaudit.core.changes.selection import Selection, spec_names
from confaudit.core.coder.releases import Release
from confaudit.core.report.combined import combined
from confaudit.core.report.report import Report
from confaudit.core.text.wording import visible
from confaudit.errors import ConfigError


def one_report(parts: Sequence[Report], notes: Iterable[str]) -> Report:
    """The report on one deployment, or on several; `notes` are on no single one of them."""
    if len(parts) > 1:
        return combined(parts, notes)
    (alone,) = parts
    return replace(alone, notes=(*notes, *alone.notes))


def refuse_strangers(
    selection: Selection,
    known: Iterable[str],
    releases: Iterable[Release],
    rules: Iterable[str],
) -> None:
    """Refuse globs that match nothing there is: a misspelt one would hide everything.

    `known` are the names of what was found and read; what a hint proposes is an option of the
    releases or one of the rules, as no message may hold anything of a payload.

    Raises:
        ConfigError: a glob matches no name.
    """
    if not (selection.only or selection.exclude):
        return
    declared = {*_declared(releases), *rules}
    for glob in selection.strangers({*declared, *known}):
        near = get_close_matches(glob.lstrip("-"), sorted(declared), n=1)
        raise ConfigError(
            f"no option, leaf or rule is called {visible(glob)}",
            f"did you mean {near[0]}?" if near else "globs go over all their names: '*oidc*'",
        )


def _declared(releases: Iterable[Release]) -> Iterator[str]:
    for release in releases:
        for spec in release.options.values():
            yield from spec_names(spec)
