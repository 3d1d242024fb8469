"""Which entries of the operator's files set one value, and which of them counts."""

from collections.abc import Iterable, Sequence
from typing import Final

from confaudit.core.coder.names import written
from confaudit.core.coder.startup import env_names
from confaudit.core.given import Channel, Given
from confaudit.core.model import OptionSpec


def sets(given: Given, spec: OptionSpec) -> bool:
    """Whether an entry sets an option, by any name it has on that channel."""
    match given.channel:
        case Channel.ENV:
            return given.name in env_names(spec)
        case Channel.FLAG:
            return given.name in (spec.flag, spec.flag_shorthand or spec.flag)
        case Channel.YAML:
            path = spec.yaml_path
            return bool(path) and _is_within(given.name, path)


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
