"""What a person may type for a commit: the names there are."""

import os
from pathlib import Path

from confaudit.store.command import Git, NoRepository

_LIST = ("for-each-ref", "--format=%(refname:short)", "--sort=-creatordate")


def refs(folder: Path) -> tuple[str, ...]:
    """HEAD, branches and tags of the repository that has a folder; none where no one has it."""
    try:
        answer = Git(folder).ask(*_LIST)
    except NoRepository:  # there is no git
        return ()
    return () if answer.code else ("HEAD", *os.fsdecode(answer.out).splitlines())
