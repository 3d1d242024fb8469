"""Cells as texts."""

from datetime import date, datetime


def iso(moment: date) -> str:
    """A day as ISO 8601 has it, a time with its `Z`: all are in UTC."""
    if isinstance(moment, datetime):
        return f"{moment:%Y-%m-%dT%H:%M:%SZ}"
    return moment.isoformat()
