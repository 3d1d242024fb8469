"""Agree to what confaudit.yaml asks of this machine, or withdraw that."""

import shlex
from collections.abc import Collection, Iterable, Iterator
from functools import partial
from pathlib import Path

from confaudit.configfile import Loaded
from confaudit.core.health.check import Check, failed, ok
from confaudit.core.text.wording import listing_some, plural, visible
from confaudit.errors import ConfauditError, ConfigError, NothingToDo
from confaudit.trust.claims import Claim, claims, deployment_claim, whole_folder
from confaudit.trust.ledger import NAME, trusted_ids, with_ids
from confaudit.workflows.setup import Setup
from confaudit.workflows.write import telling, write_text


def asked(loaded: Loaded) -> tuple[Claim, ...]:
    """All that a confaudit.yaml asks.

    Raises:
        NothingToDo: there is none, or it asks nothing.
    """
    found = tuple(claims(loaded))
    if not found:
        raise NothingToDo(
            "there is no confaudit.yaml here that asks for anything",
            "go to its folder, or name that with --repo",
        )
    return found


def agree(loaded: Loaded, user_folder: Path) -> Path:
    """Trust what is asked, as it is now; return the file where that is kept.

    Raises:
        ConfigError: it cannot be kept.
    """
    return _keep(user_folder, _noted(loaded, claims(loaded)))


def agree_for_good(loaded: Loaded, user_folder: Path) -> Path:
    """Trust whatever confaudit.yaml will ask in its folder and below; return the file as well.

    Raises:
        ConfigError: it cannot be kept.
    """
    return _keep(user_folder, [_whole(loaded)])


def agree_to_new(loaded: Loaded, user_folder: Path, name: str) -> Path:
    """Trust a deployment that the user has just set up.

    Raises:
        ConfigError: it cannot be kept.
    """
    return _keep(user_folder, _noted(loaded, [deployment_claim(loaded, name)]))


def withdraw(loaded: Loaded, user_folder: Path) -> Path:
    """Trust nothing of what is asked now, nor whatever will be; return the file as well.

    Raises:
        ConfigError: it cannot be kept, or a folder above is trusted as a whole.
    """
    above = next(filter(partial(_is_whole, user_folder), loaded.folder.resolve().parents), None)
    if above:
        raise ConfigError(
            f"whatever is asked below {visible(str(above))} is trusted",
            f"run `confaudit trust --revoke --repo {visible(shlex.quote(str(above)))}`",
        )
    known = [*_noted(loaded, claims(loaded)), _whole(loaded)]
    return _keep(user_folder, [], {key for key, _ in known})


def _is_whole(user_folder: Path, folder: Path) -> bool:
    return whole_folder(folder) in trusted_ids(user_folder / NAME)


def trust_checks(setup: Setup) -> Iterator[Check]:
    """Whether confaudit.yaml may have what it asks; nothing where it asks nothing."""
    names = [one.about for one in claims(setup.loaded)]
    if not names:
        return
    try:
        lacking = [visible(one.about) for one in setup.gate.untrusted()]
    except ConfauditError as error:
        yield failed("trust", error.message, error.hint)
        return
    if lacking:
        found = (
            f"nobody has agreed to what confaudit.yaml asks for {listing_some(lacking, 'thing')}"
        )
        yield failed("trust", found, setup.gate.step)
    else:
        yield ok("trust", f"confaudit.yaml may have what it asks for {plural(len(names), 'thing')}")


def _whole(loaded: Loaded) -> tuple[str, str]:
    return whole_folder(loaded.folder), f"whatever is asked in {loaded.folder.resolve()}"


def _noted(loaded: Loaded, found: Iterable[Claim]) -> list[tuple[str, str]]:
    """Ids, each with what it stands for; of a command no more than that there is one."""
    return [(one.id, f"{one.about} of {loaded.folder.resolve()}") for one in found]


def _keep(
    user_folder: Path, added: Iterable[tuple[str, str]], removed: Collection[str] = ()
) -> Path:
    path = user_folder / NAME
    text = with_ids(path, added, removed)
    with telling(path):
        user_folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_text(path, text)
    return path
