"""What an upgrade does to a configuration, as a value and as the JSON output carries it."""

from collections.abc import Collection, Mapping, Sequence

from msgspec import Struct, field
from msgspec.structs import replace

from confaudit.core.coder.identity import moved_keys
from confaudit.core.coder.releases import Release
from confaudit.core.coder.startup import StartError
from confaudit.core.model import MISSING, Json, OptionSpec, Setting, Value


class Prediction(Struct, frozen=True):
    """What an upgrade does to a configuration. Mappings go by `OptionSpec.key`.

    Nothing secret is left in one that `situate` made.
    """

    source: Release
    target: Release
    errors: tuple[StartError, ...]
    """All that the target refuses; the server itself names those of its first step only."""
    changed: Mapping[str, tuple[Value, Value]]
    """Options of both releases whose effective value differs, before and after.

    An option whose value the target refuses is not among them: it has none afterwards.
    """
    added: Mapping[str, Value]
    """Options that only the target has, with their effective value."""
    removed: Mapping[str, Value]
    """Options that only the source has, with the value they had."""
    ignored_env: tuple[str, ...]
    """Environment variables that the target does not know, sorted."""
    effective: Mapping[str, Setting]
    """Every option of the target; MISSING where a value cannot be known."""
    inputs: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Place of a value (see `startup.cell`) → what the target reads into it, as the operator wrote
    it and in that order: the last counts. Not what stands there and is never read."""

    @property
    def starts(self) -> bool:
        """Whether the target's option code accepts everything that is given."""
        return not self.errors


def to_json(prediction: Prediction, doubts: Collection[str] = ()) -> dict[str, Json]:
    """The prediction as JSON output carries it: options by flag, or by name where there is none.

    `doubts` are the inputs that the target may know although its facts do not: they are told apart,
    and whether it starts is not known where nothing but these would keep it from starting.
    """
    source, target = prediction.source.options, prediction.target.options
    prediction = _by_label(prediction)
    errors = [error for error in prediction.errors if error.input not in doubts]
    ignored: list[Json] = [name for name in prediction.ignored_env if name not in doubts]
    not_known: list[Json] = [*sorted(doubts)]
    return {
        "starts": False if errors else None if prediction.errors else True,
        "errors": [
            {"option": e.option, "name": e.name, "input": e.input, "reason": e.reason}
            for e in errors
        ],
        "changed": {
            _label(key, target): {"before": _shown(before), "after": _shown(after)}
            for key, (before, after) in prediction.changed.items()
        },
        "added": {_label(k, target): _shown(value) for k, value in prediction.added.items()},
        "removed": {
            _label(k, source): _shown(value)
            for k, value in prediction.removed.items()
            if k not in prediction.target.unsure
        },
        "ignored_env": ignored,
        **({"not_known": not_known} if doubts else {}),
    }


def _by_label(prediction: Prediction) -> Prediction:
    """With options that were given a flag on the way told apart: the JSON goes by labels."""
    source, target = prediction.source.options, prediction.target.options
    keys = {key: key for key in source.keys() & target.keys()} | moved_keys(source, target)
    moved = {old: new for old, new in keys.items() if _label(old, source) != _label(new, target)}
    now = {new: prediction.effective[new].value for new in moved.values()}
    was = {old: prediction.changed.get(new, (now[new], None))[0] for old, new in moved.items()}
    return replace(
        prediction,
        changed={key: pair for key, pair in prediction.changed.items() if key not in now},
        added={**prediction.added, **now},
        removed={**prediction.removed, **was},
    )


def _label(key: str, options: Mapping[str, OptionSpec]) -> str:
    spec = options.get(key)
    return (spec.flag or spec.name or key) if spec else key


def _shown(value: Value) -> Json:
    return {"unknown": True} if value is MISSING else value
