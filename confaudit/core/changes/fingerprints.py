"""Fingerprints of secrets that only one of two snapshots has."""

from typing import Final

from confaudit.core.changes.documents import strictly_equal
from confaudit.core.model import Json, Missing, Value
from confaudit.core.secret import REDACTED, is_secret
from confaudit.patterns import regex

_MARK: Final = regex(rf"{REDACTED}-[0-9a-f]{{8}}(?![0-9a-f])")


def differ_by_fingerprints(one: Value, other: Value) -> bool:
    """Whether values are equal but for fingerprints, which the secrets in one of them lack.

    They do before a key was set, and where today's rules remove what was stored in clear.
    """
    if isinstance(one, Missing) or isinstance(other, Missing):
        return False
    plain = _without_fingerprints(one)
    is_equal = strictly_equal(plain, _without_fingerprints(other))
    return is_equal and (plain == one) != (plain == other)


def _without_fingerprints(value: Json) -> Json:
    if isinstance(value, str):
        return _MARK.sub(REDACTED, value)
    if isinstance(value, list):
        return [_without_fingerprints(item) for item in value]
    if isinstance(value, dict):
        kept = {"secret_set": value["secret_set"]} if is_secret(value) else value
        return {_MARK.sub(REDACTED, key): _without_fingerprints(kept[key]) for key in kept}
    return value
