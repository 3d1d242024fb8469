"""Lists that hold the same values in another order."""

from confaudit.core.model import Value
from confaudit.core.text.wording import exact


def is_reordered(before: Value, after: Value) -> bool:
    """Whether two values are lists that hold the same, as often, and only the order differs."""
    if not (isinstance(before, list) and isinstance(after, list)):
        return False
    old, new = [*map(exact, before)], [*map(exact, after)]
    return old != new and sorted(old) == sorted(new)
