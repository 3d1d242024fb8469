"""What an operator's file comes to, one option a line."""

from collections.abc import Iterator
from pathlib import PurePosixPath

from confaudit.core.coder.releases import Catalog
from confaudit.core.report.lines import operator_lines
from confaudit.core.snapshot.redact import redact_operator
from confaudit.core.text.wording import visible
from confaudit.core.upgrade.audience import Audience
from confaudit.core.upgrade.situate import prediction_of
from confaudit.operator_files import Deployment, decode, read_deployments
from confaudit.workflows.in_use import checked_against
from confaudit.workflows.versions import release_of


def effective_lines(path: str, data: bytes, catalog: Catalog) -> Iterator[str]:
    """The lines for each server that the file sets up, at the release that it tells.

    Raises:
        SourceError: it sets up none, or cannot be read.
    """
    file = decode(data, PurePosixPath(path).name)
    found = read_deployments((file,), (), Audience(catalog).of).found
    for one in found:
        if len(found) > 1:
            yield f"[{visible(one.name)}]"
        yield from _lines(one, catalog)


def _lines(deployment: Deployment, catalog: Catalog) -> Iterator[str]:
    operator = deployment.operator
    in_use = checked_against("", operator.version, operator.version_hint, catalog)
    release = release_of(in_use.version, catalog)
    effective = prediction_of(None, release, release, operator).effective
    public = redact_operator(operator, release.options.values())
    return operator_lines(public, release, effective)
