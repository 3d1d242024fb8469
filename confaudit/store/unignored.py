"""Which files below a folder a person would commit, so that a folder can be named for them."""

import os
from pathlib import Path

from confaudit.store.command import Git, NoRepository

_LIST = ("ls-files", "-z", "--cached", "--others", "--exclude-standard")


def unignored(folder: Path) -> tuple[str, ...]:
    """Their paths from the folder, sorted; none where no repository has it, or ignores it whole.

    Raises:
        StoreError: git waits without end.
    """
    try:
        answer = Git(folder).look(*_LIST)
    except NoRepository:  # there is no git
        return ()
    found = {os.fsdecode(path) for path in answer.out.split(b"\0") if path}
    return () if answer.code else tuple(sorted(found))
