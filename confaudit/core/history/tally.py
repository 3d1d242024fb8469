"""What entries of a history come to, counted one by one as they pass."""

from collections import Counter
from collections.abc import Iterable, Iterator

from confaudit.core.changes.attribution import BY_CAUSE, CAUSE_ORDER
from confaudit.core.history.entry import Entry
from confaudit.core.model import Cause
from confaudit.core.text.wording import plural


class Tally:
    """How many snapshots there were, upgrades among them, and changes by cause."""

    def __init__(self, entries: Iterable[Entry] = ()) -> None:
        self._snapshots = self._upgrades = self._unread = 0
        self._causes: Counter[Cause | None] = Counter()
        for _ in self.counted(entries):
            pass

    def counted(self, entries: Iterable[Entry]) -> Iterator[Entry]:
        """Hand entries on, and count them."""
        for entry in entries:
            self._snapshots += 1
            self._upgrades += entry.is_upgrade
            self._unread += bool(entry.trouble)
            self._causes.update(change.cause for change in entry.changes)
            yield entry

    def __bool__(self) -> bool:
        """Whether there was any."""
        return self._snapshots > 0

    @property
    def verdict(self) -> str:
        """One sentence for people."""
        numbers = [plural(self._snapshots, "snapshot")]
        if self._upgrades:
            numbers.append(plural(self._upgrades, "upgrade"))
        if self._unread:
            numbers.append(f"{self._unread:,} that cannot be read")
        by = ", ".join(f"{n:,} {BY_CAUSE[cause]}" for cause, n in self._ordered if cause and n)
        changes = plural(self._causes.total(), "change")
        return f"{', '.join(numbers)}; {changes}{f': {by}' if by else ''}."

    @property
    def result(self) -> str:
        """The greppable last line of text output."""
        causes = ", ".join(f"{n} {cause}" for cause, n in self._ordered if cause)
        numbers = (
            plural(self._snapshots, "snapshot"),
            plural(self._upgrades, "upgrade"),
            plural(self._causes.total(), "change"),
        )
        return f"result: {', '.join(numbers)} ({causes})"

    @property
    def _ordered(self) -> list[tuple[Cause | None, int]]:
        return [(cause, self._causes[cause]) for cause in CAUSE_ORDER]
