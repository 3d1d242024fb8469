"""What Coder has `serpent.Validate` check of values that were read: flags and variables only.

A refusal says why in our own words and never repeats the value.
"""

import re
from collections.abc import Collection
from typing import Final

from confaudit.core.coder.go import RefusedError
from confaudit.core.model import Value
from confaudit.patterns import regex


def positive(value: Value) -> None:
    """A number above zero (coder/coder codersdk/deployment.go, from 2.30).

    Raises:
        RefusedError: It is none.
    """
    if not (isinstance(value, int) and value > 0):
        raise RefusedError("the number must be above zero")


def percent(value: Value) -> None:
    """A number from 1 to 100 (codersdk/deployment.go: `validateCircuitBreakerPercent`).

    Raises:
        RefusedError: It is none.
    """
    if not (isinstance(value, int) and 1 <= value <= _HUNDRED):
        raise RefusedError("the number must be from 1 to 100")


_HUNDRED: Final = 100


def provisioner_types(value: Value) -> None:
    """Types of provisioners (codersdk/deployment.go).

    Raises:
        RefusedError: One is none.
    """
    _need_words(value, ("echo", "terraform"))


def aggregation_labels(value: Value) -> None:
    """Labels to sum metrics up by (coderd/agentmetrics: `ValidateAggregationLabels`).

    Raises:
        RefusedError: One is none.
    """
    _need_words(value, ("agent_name", "template_name", "username", "workspace_name"))


def _need_words(value: Value, known: Collection[str]) -> None:
    if isinstance(value, list) and not set(map(str, value)) <= set(known):
        raise RefusedError(f"an entry is none of {', '.join(known)}")


_LABEL: Final = regex(r"[a-z0-9](?:[-a-z0-9]*[a-z0-9])?")


def wildcard_host(value: Value) -> None:
    """A wildcard host such as `*.example.com` (coderd/workspaceapps/appurl, from 2.7).

    Raises:
        RefusedError: It is none. Nothing at all is allowed.
    """
    pattern = str(value).lower()
    if "http:" in pattern or "https:" in pattern:
        raise RefusedError("a wildcard host is written without a scheme: *.example.com")
    if pattern and (not pattern.startswith("*") or pattern.count("*") > 1):
        raise RefusedError("a wildcard host starts with its only asterisk: *.example.com")
    labels = re.sub(r":[^:\]]*\Z", "", pattern).split(".")
    if pattern and (
        len(labels) < 2 or not all(map(_LABEL.fullmatch, ["a" + labels[0][1:], *labels[1:]]))
    ):
        raise RefusedError("a wildcard host is made of names, joined by dots: *.example.com")
