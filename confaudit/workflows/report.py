"""What every Report has in common."""

import os
from datetime import UTC, datetime


def generated_at() -> datetime:
    """Now, or the time SOURCE_DATE_EPOCH orders so that reports are reproducible."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    return datetime.fromtimestamp(int(epoch), UTC) if epoch.isdecimal() else datetime.now(UTC)
