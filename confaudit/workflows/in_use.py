"""Which release a deployment runs, and how that is known."""

from collections.abc import Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from confaudit.core.coder.releases import Catalog, Release, Version
from confaudit.core.coder.version_ranges import within
from confaudit.core.given import OperatorSettings
from confaudit.core.text.wording import listing_some, visible
from confaudit.errors import ConfigError
from confaudit.operator_files import Deployment
from confaudit.workflows.operator_files import oldest_release
from confaudit.workflows.versions import LATEST, STABLE, parse_version, version_by_word


class InUse(Struct, frozen=True):
    """The release that a deployment is taken to run."""

    version: str
    """A version, or a word for one that was asked for; empty where nothing tells."""
    said: str = ""
    """What the deployment says of its release, where that is not this version."""
    asked_by: str = ""
    """The option of the command line that tells it."""
    is_guess: bool = False
    """Whether it is the newest release known that fits what is said, if anything."""

    @property
    def told_by(self) -> str:
        """See `Audited.told_by`."""
        if self.asked_by:
            return f"{self.asked_by}; the files say {self.said}" if self.said else self.asked_by
        return f"{self.said or 'nothing'}; newest known" if self.is_guess else ""

    def basis(self, flag: str) -> Iterator[str]:
        """A sentence on a guess, and by which flag to put it right."""
        if self.is_guess:
            told = f"The files say {self.said}" if self.said else "No file tells the release in use"
            taken = f"taken for {self.version}, the newest release known"
            yield f"{told}: {taken}; {flag} says another."


def checked_against(asked: str, told: str, hint: str, catalog: Catalog) -> InUse:
    """The release to check files against: as asked for, as they tell, else the nearest to it.

    `told` is the version that they tell; `hint` what they say instead of one.
    """
    if asked or told:
        return _certain(asked, "--version", told, hint)
    if hint in (LATEST, STABLE):
        return InUse(version_by_word(hint, catalog.versions), hint, is_guess=True)
    if fitting := within(hint, catalog.versions):
        return InUse(fitting[-1], visible(hint), is_guess=True)
    return InUse(catalog.versions[-1], visible(hint), is_guess=True)


def before_and_after(
    asked: str, before: Deployment, after: Deployment, catalog: Catalog
) -> tuple[InUse, InUse]:
    """The releases of a deployment before and after a change to its files.

    Where nothing tells one of them, or what tells the first may as well mean the second, they are
    the same: no upgrade is read into a change that only says it otherwise.
    """
    then = _as_told("", after, catalog)
    now = _as_told(asked, before, catalog)
    if not _tells(then, after, catalog):
        return now, replace(then, version=now.version)
    if now.is_guess and _leaves_room(before, then, catalog):
        return replace(now, version=then.version), then
    return now, then


def _tells(in_use: InUse, opened: Deployment, catalog: Catalog) -> bool:
    """Whether anything tells at least a range of releases, or orders one by a word."""
    hint = opened.operator.version_hint
    return not in_use.is_guess or hint in (LATEST, STABLE) or bool(within(hint, catalog.versions))


def _leaves_room(before: Deployment, then: InUse, catalog: Catalog) -> bool:
    """Whether what a deployment says of its release, if anything, may mean another one."""
    hint = before.operator.version_hint
    if not within(hint, catalog.versions):
        return True
    return not then.is_guess and bool(within(hint, [then.version]))


def _as_told(asked: str, opened: Deployment, catalog: Catalog) -> InUse:
    """The release that files tell, else the one asked for, else the newest that fits."""
    operator = opened.operator
    is_told = bool(operator.version or _of_one_line(opened, catalog))
    return checked_against(
        "" if is_told else asked, operator.version, operator.version_hint, catalog
    )


def held_against(in_use: InUse, opened: Deployment, release: Release) -> Iterator[str]:
    """The release that the files are held against, and who says so; nothing if asked for."""
    if in_use.asked_by:
        return
    yield from in_use.basis("--version")
    if not in_use.is_guess:
        names = [visible(file.name) for file in opened.files]
        says = f"{names[0]} says" if len(names) == 1 else "the files say"
        yield f"Held against Coder {visible(release.version)}, which is what {says}."


def upgraded_from(asked: str, told: Sequence[str], opened: Deployment, catalog: Catalog) -> InUse:
    """The release that an upgrade starts from.

    `told` are the versions that the inputs tell, the first of which counts.

    Raises:
        ConfigError: nothing tells at least its line.
    """
    if asked or told:
        return _certain(asked, "--from", next(iter(told), ""), opened.operator.version_hint)
    if fitting := _of_one_line(opened, catalog):
        return InUse(fitting, visible(opened.operator.version_hint), is_guess=True)
    raise _not_told([opened])


def silent_ones(found: Sequence[Deployment], catalog: Catalog) -> Sequence[Deployment]:
    """Which of several deployments do not tell what they run.

    Raises:
        ConfigError: none of them does.
    """
    if len(found) < 2:
        return ()
    silent = [one for one in found if not (one.operator.version or _of_one_line(one, catalog))]
    if len(silent) == len(found):
        raise _not_told(silent)
    return silent


def _of_one_line(opened: Deployment, catalog: Catalog) -> str:
    """The newest release that fits what is said, unless releases of other lines do as well."""
    fitting = within(opened.operator.version_hint, catalog.versions)
    return fitting[-1] if len({Version.parse(one).line for one in fitting}) == 1 else ""


def _not_told(found: Sequence[Deployment]) -> ConfigError:
    names = [visible(one.name) for one in found if one.name]
    hints = {visible(one.operator.version_hint): None for one in found if one.operator.version_hint}
    where = f" in {listing_some(names, 'deployment')}" if names else ""
    said = f"; the files say {listing_some([*hints], 'version')}" if hints else ""
    return ConfigError(
        f"nothing tells which release runs now{where}{said}", "say it with --from, as in 2.33.0"
    )


def about_source(
    in_use: InUse,
    version: str,
    versions: Sequence[str],
    operator: OperatorSettings,
    catalog: Catalog,
) -> Iterator[str]:
    """How the release in use is known, and what contradicts; `version` is what it comes to."""
    yield from in_use.basis("--from")
    if not versions and not in_use.is_guess:
        yield from _assumed(version, operator, catalog)
    for text in dict.fromkeys(versions):
        if parse_version(text).base != parse_version(version).base:
            yield f"An input is of Coder {visible(text)}; the audit goes from {version}."


def _assumed(version: str, operator: OperatorSettings, catalog: Catalog) -> Iterator[str]:
    said = f"The files say {visible(operator.version_hint)}; " if operator.version_hint else ""
    oldest = oldest_release(operator, catalog)
    needs = f", and the names in use need {oldest} or newer" if oldest else ""
    yield f"{said}{version} is assumed to run now, as --from says{needs}."


def _certain(asked: str, flag: str, told: str, hint: str) -> InUse:
    if not asked:
        return InUse(told)
    said = "" if told == asked.strip().removeprefix("v") else visible(told or hint)
    return InUse(asked, said, asked_by=flag)
