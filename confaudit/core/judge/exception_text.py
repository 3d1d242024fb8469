"""An exception as people keep it in a file: one item of a YAML list."""

import json

from confaudit.core.judge.exceptions import Decision, ExceptionEntry
from confaudit.core.text.wording import visible


def item(entry: ExceptionEntry) -> tuple[str, ...]:
    """The lines of the item that says what an entry says, not indented; `where` is left out."""
    why = "note" if entry.decision is Decision.ANNOTATE else "reason"
    texts = {
        "fingerprint": entry.fingerprint,
        "rule": _named(entry.rule),
        "option": _named(entry.option),
        "deployment": _named(entry.deployment),
        why: entry.reason,
        "owner": entry.owner,
        "until_version": entry.until_version,
    }
    lines = [f"{key}: {_quoted(text)}" for key, text in texts.items() if text]
    if entry.expires:
        lines.append(f"expires: {entry.expires.isoformat()}")
    return tuple(f"{'  ' if number else '- '}{line}" for number, line in enumerate(lines))


def _named(glob: str) -> str:
    return "" if glob == "*" else glob


def _quoted(text: str) -> str:
    """JSON, which YAML reads as the same text whatever it looks like."""
    return json.dumps(visible(text), ensure_ascii=False)
