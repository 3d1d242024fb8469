"""Which option somebody means: by any of its names in any release, or a close misspelling."""

from collections.abc import Callable, Iterable, Sequence
from difflib import SequenceMatcher, get_close_matches
from typing import Final

from msgspec import Struct

from confaudit.core.coder.releases import Release
from confaudit.core.model import OptionSpec
from confaudit.core.text.wording import option_name, visible
from confaudit.errors import ConfigError


class Found(Struct, frozen=True):
    """Which option a name stands for."""

    key: str
    is_exact: bool
    """Whether it is one of the option's names; else it resembles one."""

    @property
    def name(self) -> str:
        """The option as an operator would type it."""
        return option_name(self.key)


_NAMES: Final[Sequence[Callable[[OptionSpec], str]]] = (
    lambda spec: spec.flag,
    lambda spec: spec.env,
    lambda spec: spec.yaml_path,
    lambda spec: spec.json_path,
    lambda spec: spec.name,
)
"""What an option can be called by, the surest first."""

_SLIP: Final = 0.9
"""As close as a slip of the finger leaves it; below, a name may rather be meant in part."""
_CLOSE: Final = 0.8
_TIE: Final = 0.03
"""Names that resemble a misspelling almost as much as the best one does: then ask."""
_MOST_CANDIDATES: Final = 12


def find(wanted: str, releases: Sequence[Release]) -> Found:
    """Find the option with this flag, variable, YAML key, config leaf or display name.

    `releases` are in version order; a name that moved from one option to another is the newer
    one's, and a config leaf that aliases share belongs to the one that is not deprecated.

    Raises:
        ConfigError: No option is called so, or several could be meant; the hint lists them.
    """
    specs = {id(spec): spec for release in reversed(releases) for spec in release.options.values()}
    names = [
        [(read(spec).casefold(), spec.key) for spec in specs.values() if read(spec)]
        for read in _NAMES
    ]
    name = wanted.strip().lstrip("-").casefold()
    for pairs in names:
        if keys := _narrowed((key for own, key in pairs if own == name), releases[-1]):
            return Found(_only(keys, wanted), is_exact=True)
    every = [pair for pairs in names for pair in pairs]
    parts = [key for own, key in every if name and name in own]
    keys = _resembling(name, every, _SLIP) or parts or _resembling(name, every, _CLOSE)
    return Found(_only(_narrowed(keys, releases[-1]), wanted), is_exact=False)


def _narrowed(keys: Iterable[str], newest: Release) -> list[str]:
    """Of several options those that exist today, and of these those not deprecated, if any."""
    found = list(dict.fromkeys(keys))
    today = [key for key in found if key in newest.options]
    current = [key for key in today if not newest.options[key].use_instead]
    return current or today or found


def _resembling(name: str, pairs: Sequence[tuple[str, str]], cutoff: float) -> list[str]:
    close = get_close_matches(name, {own for own, _ in pairs}, n=10, cutoff=cutoff)
    ratios = {own: SequenceMatcher(None, own, name).ratio() for own in close}
    tied = max(ratios.values(), default=0) - _TIE
    return [key for own, key in pairs if own in ratios and ratios[own] > tied]


def _only(keys: Sequence[str], wanted: str) -> str:
    if len(keys) == 1:
        return keys[0]
    if not keys:
        raise ConfigError(
            f"no release of Coder has an option called {visible(wanted)}",
            "give its flag, environment variable, YAML key or config leaf",
        )
    shown = ", ".join(map(option_name, keys[:_MOST_CANDIDATES]))
    more = f" and {len(keys) - _MOST_CANDIDATES} more" if len(keys) > _MOST_CANDIDATES else ""
    raise ConfigError(f"{visible(wanted)} can mean several options", f"one of {shown}{more}")
