"""confaudit review."""

import click

from confaudit.cli.arguments import REVISION
from confaudit.cli.choices import Choice
from confaudit.cli.commands import Command, Section
from confaudit.cli.output import Rendering, output_options, write
from confaudit.cli.parameters import now_option, option, place_options, version_option
from confaudit.cli.setup import fold_setup
from confaudit.cli.thresholds import glob_options, strict_option, threshold_options
from confaudit.core.changes.selection import Selection
from confaudit.core.judge.threshold import Threshold
from confaudit.core.report.exits import exit_code
from confaudit.workflows.governance import PolicyFrom
from confaudit.workflows.setup import Setup


@click.command("review", cls=Command)
@click.argument("revisions", required=False, default="", type=REVISION, metavar="[BASE..HEAD]")
@option(
    "--worktree",
    "with_disk",
    is_flag=True,
    section=Section.INPUTS,
    help="Take the files of the work tree, committed or not.",
)
@version_option("as inputs say")
@option(
    "--policy-from",
    type=Choice([one.value for one in PolicyFrom]),
    default=PolicyFrom.HEAD.value,
    metavar="REV",
    section=Section.JUDGEMENT,
    help="Whose policy and exceptions count: head; base for changes by strangers, with all "
    "that lies beside confaudit.yaml.  [default: head]",
)
@now_option
@glob_options
@threshold_options("warning", strict_option)
@output_options
@place_options
@fold_setup
def command(
    setup: Setup,
    revisions: str,
    with_disk: bool,
    version: str,
    policy_from: str,
    selection: Selection,
    threshold: Threshold,
    rendering: Rendering,
) -> int:
    """Review what a change brings to the deployments that it touches.

    Finds by content what differs between two revisions: snapshots, and files
    that set servers up. Of each deployment it tells what the server will see
    differently; where the image tag or the chart's version moved, it audits the
    upgrade. What was there before is counted, and does not make it fail.

    Without BASE..HEAD: from where the branch left the default branch to HEAD.
    BASE alone is BASE...HEAD, what a pull request shows.

    \b
    Examples:
      confaudit review
      confaudit review --worktree
      confaudit review origin/main...feature -f md -o comment.md
    """
    from confaudit.workflows.review import ReviewRequest, review

    request = ReviewRequest(revisions, with_disk, version, PolicyFrom(policy_from))
    report = review(setup, request, selection)
    write(report, rendering, threshold)
    return exit_code(report, threshold)
