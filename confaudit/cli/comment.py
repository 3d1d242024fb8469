"""confaudit comment."""

import os
from pathlib import Path

import click

from confaudit.cli.arguments import File
from confaudit.cli.choices import Choice
from confaudit.cli.commands import Command, Section
from confaudit.cli.parameters import network_options, option
from confaudit.workflows.comment import Body, Patience, comment, read_body
from confaudit.workflows.pull_request import GITHUB, GITLAB, CommentRequest, pull_request


@click.command("comment", cls=Command)
@option(
    "--file",
    "path",
    required=True,
    type=File(dir_okay=False, allow_dash=True),
    metavar="FILE",
    section=Section.INPUTS,
    help="What to say, as -f md writes it; - is standard input.",
)
@option(
    "--key",
    default="",
    section=Section.INPUTS,
    help="Keeps a comment of its own for each KEY.",
    metavar="KEY",
)
@option(
    "--clean",
    is_flag=True,
    section=Section.INPUTS,
    help="Nothing was found: make no new comment, update an old one.",
)
@option(
    "--forge",
    type=Choice([GITHUB, GITLAB]),
    metavar="FORGE",
    section=Section.CONNECTION,
    help="github or gitlab.  [default: as CI says]",
)
@option(
    "--api-url",
    metavar="URL",
    section=Section.CONNECTION,
    help="Its API.  [default: as CI says, else the public one]",
)
@option(
    "--project",
    metavar="OWNER/NAME",
    section=Section.CONNECTION,
    help="Which project.  [default: as CI says]",
)
@option(
    "--number",
    type=click.IntRange(min=1),
    metavar="N",
    section=Section.CONNECTION,
    help="Which pull request.  [default: as CI says]",
)
@option(  # not --token-file, whose variable may hold the way to Coder's own token
    "--comment-token-file",
    "token_file",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    section=Section.CONNECTION,
    help="Its token.  [default: GITHUB_TOKEN or GITLAB_TOKEN]",
)
@network_options
def command(
    path: str,
    key: str,
    clean: bool,
    forge: str | None,
    api_url: str | None,
    project: str | None,
    number: int | None,
    token_file: Path | None,
    timeout: float | None,
    retries: int | None,
) -> None:
    """Say a report on a pull request, in one comment that is kept.

    The comment is found again by a hidden mark, and only if the same account
    wrote it. In the CI of GitHub (GITHUB_API_URL, GITHUB_REPOSITORY,
    GITHUB_EVENT_PATH) and GitLab (CI_API_V4_URL, CI_MERGE_REQUEST_PROJECT_ID,
    CI_MERGE_REQUEST_IID) nothing but the token has to be given. Without one, on
    forks and in runs that are for no pull request, the report goes to
    GITHUB_STEP_SUMMARY, else to standard output, and the exit code is 0.

    \b
    Examples:
      confaudit review -f md -o review.md; confaudit comment --file review.md
      confaudit comment --file review.md --clean
    """
    where = pull_request(
        CommentRequest(forge or "", api_url or "", project or "", number, token_file), os.environ
    )
    summary = os.environ.get("GITHUB_STEP_SUMMARY", "")
    patience = Patience(30 if timeout is None else timeout, 4 if retries is None else retries)
    said = comment(Body(read_body(path), key, clean), where, summary, patience)
    click.echo(said.unsaid, nl=False)
    click.echo(f"confaudit: {said.sentence}", err=True)
