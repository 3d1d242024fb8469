"""What the people of this house decided, in the files beside confaudit.yaml."""

from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from hashlib import sha256
from typing import Final

from msgspec import Struct

from confaudit.core.judge.exceptions import ExceptionEntry, Rulings
from confaudit.core.judge.policy import NO_POLICY, Policy
from confaudit.core.text.globs import fits
from confaudit.core.text.wording import plural, visible
from confaudit.errors import ConfigError
from confaudit.workflows.policy import POLICY, read_policy
from confaudit.workflows.rulebook import rules_without_policy
from confaudit.workflows.setup import Setup

EXCEPTIONS: Final = "confaudit-exceptions.yaml"

FILES: Final = (EXCEPTIONS, POLICY)
"""The names of the files of a house."""


class House(Struct, frozen=True):
    """What was decided about findings, as of the day of the run."""

    rulings: Rulings
    policy: Policy = NO_POLICY


def house(setup: Setup) -> House:
    """The house as the files beside confaudit.yaml have it.

    Raises:
        ConfigError: one of them cannot be read, or says what it cannot.
    """
    return house_of(setup, dict(_written(setup)))


def house_of(setup: Setup, texts: Mapping[str, bytes]) -> House:
    """The house as some texts of its files have it, by name; one that is missing says nothing.

    Raises:
        ConfigError: one of them says what it cannot.
        CatalogError: an advisory of the operator's own, which it may speak of, cannot be read.
    """
    policy = _policy(setup, texts.get(POLICY, b""))
    entries = _exceptions(texts.get(EXCEPTIONS, b""))
    today, levels = setup.clock.today, policy.overrides
    return House(Rulings(today, entries, levels, differences=policy.differences), policy)


def fingerprint(setup: Setup) -> str:
    """What tells the house of a day from any other.

    Raises:
        ConfigError: a file cannot be read.
    """
    return sha256(repr((setup.clock.today, [*_written(setup)])).encode()).hexdigest()


def _written(setup: Setup) -> Iterator[tuple[str, bytes]]:
    for name in FILES:
        path = setup.loaded.folder / name
        if path.is_file():
            from confaudit.yaml_file import read_bytes

            yield name, read_bytes(path, ConfigError)


def _exceptions(text: bytes) -> tuple[ExceptionEntry, ...]:
    if not text:
        return ()
    from confaudit.rulebook.exceptions import read

    return read(text, EXCEPTIONS)


def _policy(setup: Setup, text: bytes) -> Policy:
    if not text:
        return NO_POLICY
    return read_policy(setup, text, POLICY).policy


def strange_rules(setup: Setup, found: House, looked_for: Iterable[str]) -> tuple[str, ...]:
    """Sentences about exceptions whose rule is none; `looked_for` are ids that are known to be.

    Raises:
        CatalogError: an advisory of the operator's own cannot be read.
    """
    unmet = _meeting_none(found.rulings.entries, looked_for)
    if not unmet:
        return ()
    known = sorted({*rules_without_policy(setup), *found.policy.by_id})
    strange = _meeting_none(unmet, known)
    more = len(strange) - _MOST_TOLD
    rest = (f"{plural(more, 'more exception')} name no rule there is.",) if more > 0 else ()
    return (*(_strange(one, known) for one in strange[:_MOST_TOLD]), *rest)


_MOST_TOLD: Final = 10
"""Whoever has more of them has one mistake many times."""


def _meeting_none(
    entries: Iterable[ExceptionEntry], rules: Iterable[str]
) -> tuple[ExceptionEntry, ...]:
    known = [*rules]
    return tuple(one for one in entries if not any(fits(rule, one.rule) for rule in known))


def _strange(entry: ExceptionEntry, known: list[str]) -> str:
    near = get_close_matches(entry.rule, known, n=1)
    meant = f"; was {near[0]} meant?" if near else "."
    return f"{entry.where}: no rule is called {visible(entry.rule)}{meant}"


def refuse_strange_rule(setup: Setup, found: House, entry: ExceptionEntry) -> None:
    """Refuse an exception whose rule is none.

    Raises:
        CatalogError: an advisory of the operator's own cannot be read.
        ConfigError: no rule is called so.
    """
    if fits("", entry.rule):
        return  # about every rule, so that none has to be known
    known = sorted({*rules_without_policy(setup), *found.policy.by_id})
    if _meeting_none((entry,), known):
        near = get_close_matches(entry.rule, known, n=1)
        hint = f"did you mean {near[0]}?" if near else "`confaudit rules list` lists them"
        raise ConfigError(f"no rule is called {visible(entry.rule)}", hint)
