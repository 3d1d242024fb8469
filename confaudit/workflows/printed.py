"""What the target's own `coder server --write-config` printed: read, and what it comes to."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from confaudit.core.coder.releases import Catalog, Release, Version
from confaudit.core.coder.startup import cell
from confaudit.core.given import OperatorSettings
from confaudit.core.model import EXPLICIT, Change
from confaudit.core.text.wording import option_name, plural, visible
from confaudit.core.upgrade.printed import Printed, read_printed
from confaudit.core.upgrade.situation import Situation
from confaudit.core.upgrade.verify import Verification, change_keys
from confaudit.errors import SourceError
from confaudit.operator_files import OperatorFile, open_file, read_server_yaml

_MOST: Final = 8
"""How many names a sentence lists."""


def open_printed(path: Path, target: Release, catalog: Catalog) -> tuple[Printed, tuple[str, ...]]:
    """Read the file, and say what in it cannot be gone by.

    Raises:
        SourceError: it cannot be read, is empty, or nothing that the command prints.
    """
    file = open_file(path)
    if not file.text.strip():
        raise SourceError(
            f"{file.name} is empty: `coder server --write-config` printed nothing",
            "look at what it wrote to standard error; a refused setting is named there",
        )
    whole, _, torn = file.text.rpartition("\n")
    settings = _settings(file, whole)
    printed = read_printed(settings, target, file.name)
    if not printed.values:
        raise _no_output(file)
    return printed, (*_torn(file, torn), *_other_release(printed, settings.version, catalog))


def _settings(file: OperatorFile, text: str) -> OperatorSettings:
    try:
        return read_server_yaml(text, file.name)
    except SourceError:
        raise _no_output(file) from None


def _no_output(file: OperatorFile) -> SourceError:
    return SourceError(
        f"{file.name} is not what `coder server --write-config` prints",
        "print it again, standard output alone, with the image of the release to go to",
    )


def _torn(file: OperatorFile, torn: str) -> Iterator[str]:
    if torn:
        yield f"{file.name} ends in the middle of a line, which is not gone by: it was cut."


def _other_release(printed: Printed, said: str, catalog: Catalog) -> Iterator[str]:
    """Why it may have been printed by another release than the target."""
    version = printed.target.version
    if said and Version.parse(said).base != Version.parse(version).base:
        yield (
            f"{printed.label} links to the documentation of Coder {said}: print it with the "
            f"image of {version}."
        )
    known = f"Coder {printed.target.facts_of or version}"
    found = [
        (printed.strange, f"which {known} is not known to have"),
        (printed.lacking, f"fewer than {known} has"),
    ]
    parts = [f"{_some(paths, 'YAML path')} {what}" for paths, what in found if paths]
    if parts:
        yield f"{printed.label} has {' and '.join(parts)}: {_guess(printed, catalog)}."
    if printed.unreadable:
        yield (
            f"Not gone by, because Coder {version} is not known to print such a value: "
            f"{_some(printed.unreadable, 'YAML path')} of {printed.label}."
        )


def _guess(printed: Printed, catalog: Catalog) -> str:
    target = printed.target
    if target.facts_of:
        how = f"`confaudit catalog import {target.version} {printed.label}`"
        return f"Coder {target.version} may differ so, which {how} would learn"
    if likelier := printed.likelier(catalog):
        return f"Coder {likelier.version} fits better, so print it with the image of the target"
    return "it was cut or edited, or another release printed it"


def _some(names: Iterable[str], noun: str) -> str:
    """How many, and the first of them."""
    known = sorted(map(visible, names))
    more = ", …" if len(known) > _MOST else ""
    return f"{plural(len(known), noun)} ({', '.join(known[:_MOST])}{more})"


def about_target(situation: Situation, printed: Printed, held: Verification) -> Iterator[str]:
    """How much of the prediction the target confirmed, and what it could not show."""
    settings, disputed, explained = (
        {cell(printed.target.options[key]) for key in keys & printed.values.keys()}
        for keys in (printed.values.keys(), _keys(held.rest), _keys(held.explained))
    )
    yield (
        f"{printed.label} shows what Coder {printed.target.version} itself makes of "
        f"{plural(len(settings), 'setting')}: {len(settings - disputed - explained)} as predicted, "
        f"{len(explained - disputed)} explained, {len(disputed)} not as predicted."
    )
    untold = [spec.key for spec in printed.untold]
    given = {key: one.source in EXPLICIT for key, one in situation.prediction.effective.items()}
    are_set = [option_name(key) for key in untold if given.get(key)]
    names = f"; set of these: {', '.join(map(visible, are_set))}" if are_set else ""
    yield (
        f"{plural(len(untold), 'option')} of Coder {printed.target.version} without a YAML path, "
        f"secrets among them, cannot be shown by {printed.label}{names}."
    )


def _keys(changes: Iterable[Change]) -> set[str]:
    return {key for change in changes for key in change_keys(change)}
