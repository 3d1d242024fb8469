"""What others on this machine may read and should not: `doctor` tells, `snapshot` warns once."""

import logging
import shlex
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from confaudit.configfile import Deployment
from confaudit.core.health.check import Check
from confaudit.core.health.setting import permissions_check, privacy_check
from confaudit.core.text.wording import visible
from confaudit.workflows.setup import Setup

if TYPE_CHECKING:
    from confaudit.store.repository import Repository

_log = logging.getLogger(__name__)


def privacy(root: Path) -> Check:
    """Who may read a repository."""
    folder = root.resolve()
    modes = (path.stat().st_mode for path in (folder, *folder.parents))
    return privacy_check(modes, visible(shlex.quote(str(folder))))


def token_file(setup: Setup, deployment: Deployment) -> Iterator[Check]:
    """Who may read the token, where a file has it; that it cannot be read is the token's fault."""
    path = setup.loaded.folder / deployment.token_file
    if deployment.token_file and path.is_file():
        yield permissions_check(path.stat().st_mode & 0o777, visible(str(path)))


def warn(setup: Setup, repository: "Repository", deployments: Iterable[Deployment]) -> None:
    """Warn of what there is, each once in the life of a repository: a job mails what it prints."""
    files = (check for one in deployments for check in token_file(setup, one))
    checks = [check for check in (privacy(repository.root), *files) if check.state.is_trouble]
    told = [f"{one.what}: {one.found}; {one.advice}" for one in checks]
    for sentence in repository.told.fresh(told):
        _log.warning("%s", sentence)
