"""Which pull request a run is for, as the command line says, else the variables of its CI."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar, Final

from msgspec import Struct

from confaudit.core.model import Json
from confaudit.errors import ConfigError
from confaudit.reticent import Reticent
from confaudit.workflows.credential import from_file

GITHUB: Final = "github"
GITLAB: Final = "gitlab"


class CommentRequest(Struct, frozen=True):
    """What the command line says; what it leaves out the environment tells."""

    forge: str = ""
    api_url: str = ""
    project: str = ""
    number: int | None = None
    token_file: Path | None = None


class PullRequest(Reticent, frozen=True):
    """Where it is, and what may be needed to comment on it."""

    unsaid: ClassVar = frozenset({"token"})

    forge: str
    """`github` or `gitlab`."""
    api_url: str
    project: str
    """OWNER/NAME; on GitLab also the number of the project."""
    number: int | None
    """None: the run is for none."""
    token: str
    """Empty where there is none."""
    run_url: str
    """The page of this run of CI; empty where none is told."""


class _Variables(Struct, frozen=True):
    """What a service's CI calls it."""

    api_url: str
    public_api: str
    projects: tuple[str, ...]
    """The project of the pull request before that of the run, which may be a fork."""
    token: str


_VARIABLES: Final = {
    GITHUB: _Variables(
        "GITHUB_API_URL", "https://api.github.com", ("GITHUB_REPOSITORY",), "GITHUB_TOKEN"
    ),
    GITLAB: _Variables(
        "CI_API_V4_URL",
        "https://gitlab.com/api/v4",
        ("CI_MERGE_REQUEST_PROJECT_ID", "CI_PROJECT_ID"),
        "GITLAB_TOKEN",
    ),
}


def pull_request(asked: CommentRequest, environ: Mapping[str, str]) -> PullRequest:
    """The pull request to comment on.

    Raises:
        ConfigError: the project is not told, or is none; the token's file cannot be read.
    """
    forge = asked.forge or (GITLAB if environ.get("CI_API_V4_URL") else GITHUB)
    names = _VARIABLES[forge]
    told = (environ.get(name, "") for name in names.projects)
    return PullRequest(
        forge=forge,
        api_url=asked.api_url or environ.get(names.api_url) or names.public_api,
        project=_checked(asked.project or next(filter(None, told), "")),
        number=asked.number or _NUMBERS[forge](environ),
        token=_token(asked.token_file, environ, names.token),
        run_url=_run_url(forge, environ),
    )


def _token(file: Path | None, environ: Mapping[str, str], variable: str) -> str:
    return from_file(file, "token") if file else environ.get(variable, "")


def _checked(project: str) -> str:
    """A project's name as a path of a URL may hold it."""
    if re.fullmatch(r"(?:(?!\.+(?:/|$))[A-Za-z0-9_.-]+(?:/|$))+", project) and project[-1] != "/":
        return project
    raise ConfigError(
        f"the project to comment in is {'no OWNER/NAME' if project else 'not told'}",
        "run this in the CI of GitHub or GitLab, or give --forge, --project and --number",
    )


def _number_at_github(environ: Mapping[str, str]) -> int | None:
    """The number in the event that started the run; None where that is of no pull request."""
    try:
        event: Json = json.loads(Path(environ["GITHUB_EVENT_PATH"]).read_bytes())
    except (LookupError, OSError, ValueError, RecursionError):
        return None
    found = event.get("pull_request") if isinstance(event, dict) else None
    number = found.get("number") if isinstance(found, dict) else None
    return number if type(number) is int and number > 0 else None


def _number_at_gitlab(environ: Mapping[str, str]) -> int | None:
    number = environ.get("CI_MERGE_REQUEST_IID", "")
    return int(number) if re.fullmatch(r"[1-9][0-9]{0,17}", number) else None


_NUMBERS: Final = {GITHUB: _number_at_github, GITLAB: _number_at_gitlab}


def _run_url(forge: str, environ: Mapping[str, str]) -> str:
    """Where this run is to be looked at; only what can stand in Markdown as it is."""
    parts = [environ.get(f"GITHUB_{name}", "") for name in ("SERVER_URL", "REPOSITORY", "RUN_ID")]
    url = "{}/{}/actions/runs/{}".format(*parts)
    url = environ.get("CI_JOB_URL", "") if forge == GITLAB else url
    return url if re.fullmatch(r"https?://[A-Za-z0-9.:-]+/[A-Za-z0-9./_-]+", url) else ""
