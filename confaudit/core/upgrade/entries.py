"""Which entries of operators' files, or of the chart, set one value, and which of them counts."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from itertools import accumulate, product
from typing import Final

from confaudit.core.coder.chart import is_by_chart
from confaudit.core.coder.names import names, written
from confaudit.core.coder.releases import Release
from confaudit.core.coder.semantics import Semantics
from confaudit.core.coder.startup import cell
from confaudit.core.given import WITH_DEFAULT, Channel, Given, GivenState
from confaudit.core.model import OptionSpec
from confaudit.core.text.wording import option_name, visible
from confaudit.core.upgrade.known import WHY_UNKNOWN


class Entries:
    """What sets anything, in the order in which it is applied, to be found by option."""

    def __init__(self, given: Sequence[Given]) -> None:
        """Take the entries in their order."""
        self._given = given

    def of(self, twins: Iterable[OptionSpec], inputs: Sequence[str]) -> tuple[Given, ...]:
        """Those that set an option or its aliases by any name; see `strongest_first`."""
        found = {
            index
            for spec, channel in product(twins, Channel)
            for name in names(spec, channel)
            for index in self._by_name.get((channel, name), ())
        }
        return strongest_first((self._given[index] for index in sorted(found)), inputs)

    @cached_property
    def _by_name(self) -> Mapping[tuple[Channel, str], Sequence[int]]:
        """Where entries stand, by their names; those of the YAML also by what they are below."""
        found: dict[tuple[Channel, str], list[int]] = {}
        for index, one in enumerate(self._given):
            is_yaml = one.channel is Channel.YAML
            for name in accumulate(one.name.split("."), "{}.{}".format) if is_yaml else [one.name]:
                found.setdefault((one.channel, name), []).append(index)
        return found


def strongest_first(given: Iterable[Given], inputs: Sequence[str]) -> tuple[Given, ...]:
    """Entries of one value, from the order of the files: the one that counts first.

    `inputs` are those that a start reads, in its order (see `Prediction.inputs`). Of two names of
    one option it is not their channel that decides, nor their order in a file.
    """
    last_first = reversed(tuple(given))

    def weakness(one: Given) -> tuple[int, int]:
        return -_turn(one, inputs), _STRENGTH.index(one.channel)

    return tuple(sorted(last_first, key=weakness))


def _turn(given: Given, inputs: Sequence[str]) -> int:
    """When an entry is read, counted from 1; 0 for one that never is."""
    name = written(given)
    return max((turn for turn, one in enumerate(inputs, 1) if _is_within(name, one)), default=0)


def _is_within(name: str, path: str) -> bool:
    return name == path or name.startswith(f"{path}.")


_STRENGTH: Final = (Channel.FLAG, Channel.ENV, Channel.YAML)


def name_of(given: Iterable[Given], spec: OptionSpec) -> str:
    """An option's name as the operator writes it, else its variable or flag."""
    for one in given:
        return visible(f"--{one.name}" if one.channel is Channel.FLAG else one.name)
    return spec.env or option_name(spec.key)


def by_cell(options: Iterable[OptionSpec]) -> Mapping[str, Sequence[OptionSpec]]:
    """Options by the place that their value has in a start: aliases have one."""
    found: dict[str, list[OptionSpec]] = {}
    for spec in options:
        found.setdefault(cell(spec), []).append(spec)
    return found


def may_be_void(strongest: Given, release: Release) -> bool:
    """Whether what sets an option may turn out to set nothing."""
    if strongest.may_be_unset:
        return True
    empty_counts = Semantics.of(release.version).empty_env_counts
    defaults_to_nothing = strongest.state in WITH_DEFAULT and strongest.value == ""
    return defaults_to_nothing and strongest.channel is Channel.ENV and not empty_counts


def why_unknown(name: str, strongest: Given) -> str:
    """Why the value of a setting is not known, given the entry that counts."""
    if not is_by_chart(strongest):
        return f"the value of {name} {WHY_UNKNOWN[strongest.state]}"
    if strongest.state is GivenState.PASS_THROUGH:
        return f"values out of sight decide whether the chart sets {name}"
    return f"the chart sets {name} to what the cluster gives it"
