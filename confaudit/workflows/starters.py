"""What a file of a house begins with: comments that explain it, and a schema for editors."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from confaudit.workflows.house import EXCEPTIONS
from confaudit.workflows.policy import POLICY
from confaudit.workflows.schema import Document, schema
from confaudit.workflows.write import make_folder, write_text

_EXCEPTIONS: Final = """\
# yaml-language-server: $schema=.confaudit/exceptions.schema.json
# What this house lives with, why, and until when. `confaudit ignore add` writes entries here,
# `confaudit ignore list` shows them, `confaudit ignore prune` takes out those that have ended.
#
# ignore:                        # does not count, whatever the values are
#   - rule: start-*              # globs over rules, options and deployments
#     option: oidc-*
#     deployment: staging
#     reason: A playground without single sign-on.
#     owner: Ann
#     expires: 2027-01-31        # the last day on which it holds; or until_version: 2.38.0
# accept:                        # does not count as it is; with another value it does again
#   - fingerprint: 0123456789ab  # as every report shows it
#     reason: The old name stays until all templates have moved.
# annotate:                      # counts, and a note stands beside it
#   - option: CODER_VERBOSE
#     note: Ask Ann before you touch this.
"""

_POLICY: Final = """\
# yaml-language-server: $schema=.confaudit/policy.schema.json
# What this house asks of its deployments. `confaudit policy test` runs the tests beside the rules,
# and `confaudit help conditions` has the language.
#
# rules:
#   - id: house-short-sessions
#     deployments: [prod*]         # globs; without them every deployment
#     require: {option: session-duration, at_most: 24h}
#     tests:
#       - {env: {CODER_SESSION_DURATION: 12h}, affects: no}
#       - {env: {CODER_SESSION_DURATION: 48h}, affects: yes}
#   - id: house-no-swagger
#     level: warning               # error without this
#     forbid: {option: swagger-enable, equals: true}
#     why: The security handbook asks for it.
#     tests:
#       - {env: {CODER_SWAGGER_ENABLE: "true"}, affects: yes}
#       - {affects: no}
# levels:                          # how bad findings are here, by rule or glob
#   start-*: error
#   option-added: off
# differences:                     # what may differ between deployments
#   - option: "*access-url"
#     deployments: [prod, staging]
#     reason: Each has an address of its own.
"""

_TEXTS: Final = {
    EXCEPTIONS: (_EXCEPTIONS, Document.EXCEPTIONS),
    POLICY: (_POLICY, Document.POLICY),
}


def starter(name: str) -> Mapping[str, str]:
    """The files that one of a house's files begins with, itself among them, by their paths."""
    text, document = _TEXTS[name]
    described = f"{json.dumps(schema(document), indent=2)}\n"
    return {name: text, f".confaudit/{document.value}.schema.json": described}


def write_missing(folder: Path, files: Mapping[str, str]) -> tuple[str, ...]:
    """Write those files that are not there yet; which these are.

    Raises:
        ConfigError: one cannot be written.
    """
    missing = tuple(file for file in files if not (folder / file).exists())
    for file in missing:
        make_folder((folder / file).parent)
        write_text(folder / file, files[file])
    return missing
