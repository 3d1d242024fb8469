"""The environment twins of options by name: to find a mistyped one without importing all commands.

A variable that nothing reads is silent otherwise, and its option has its default.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final

_PREFIX: Final = "CONFAUDIT_"
NAMES: Final = (
    "ALL",
    "ALLOW_HTTP",
    "ALWAYS",
    "API_URL",
    "AS",
    "AT",
    "BLAME_AT",
    "CATALOG_IMPORT_OUTPUT",
    "CATALOG_RELEASES",
    "CATALOG_UPDATE_OUTPUT",
    "CATALOG_UPDATE_TO",
    "CATALOG_URL",
    "CAUSE",
    "CLEAN",
    "COLOR",
    "COMMENT_TOKEN_FILE",
    "CONFIG",
    "CONFIG_FILE",
    "CONFIG_SHOW_FORMAT",
    "CSV",
    "DATE",
    "DEBUG",
    "DEMO_OUTPUT",
    "DEPLOYMENT",
    "DRY_RUN",
    "ENV_FILE",
    "EXCLUDE",
    "EXIT_CODE",
    "EXIT_ZERO",
    "EXPIRES",
    "EXPORT_SINCE",
    "EXPORT_UNTIL",
    "FAIL_ON",
    "FILE",
    "FORCE",
    "FORGE",
    "FORM",
    "FORMAT",
    "GLOBAL",
    "IGNORE_ADD_DEPLOYMENT",
    "INPUT",
    "KEY",
    "LINE",
    "LOCK_TIMEOUT",
    "LOG_SINCE",
    "LOG_UNTIL",
    "MAX_AGE",
    "MAX_COUNT",
    "NOTE",
    "NOTIFY",
    "NOW",
    "NO_CONFIG",
    "NO_PAGER",
    "NUMBER",
    "OFFLINE",
    "ONLY",
    "OPTION",
    "OUTPUT",
    "OWNER",
    "PARQUET",
    "PATCH",
    "POLICY_FROM",
    "PORT",
    "PRINT",
    "PROJECT",
    "PUSH",
    "QUIET",
    "REASON",
    "PUSH_TIMEOUT",
    "REMOTE",
    "RENDER",
    "REPO",
    "REPORT",
    "RETRIES",
    "REVOKE",
    "RULE",
    "RULES_LIST_FORMAT",
    "SERVE",
    "SINCE",
    "SHARD",
    "SNAPSHOT_AS",
    "SNAPSHOT_FROM",
    "SNAPSHOT_REPORT",
    "SQLITE",
    "STRICT",
    "TARGET_YAML",
    "TEMPLATES",
    "TIMEOUT",
    "TOGETHER",
    "TOKEN_FILE",
    "UNTIL_VERSION",
    "UPGRADE_FROM",
    "UPGRADE_TO",
    "VERBOSE",
    "VERIFY_FROM",
    "VERIFY_TO",
    "VERSION",
    "WORKTREE",
    "WRITE_FIXED",
)
"""The twins without their `CONFAUDIT_`."""
_ELSEWHERE: Final = ("PAGER", "FINGERPRINT_KEY")
"""What else is read under such a name, or may be by what confaudit.yaml says."""
_FORMER: Final = {
    "FROM": "UPGRADE_FROM, VERIFY_FROM or SNAPSHOT_FROM",
    "TO": "UPGRADE_TO, VERIFY_TO or CATALOG_UPDATE_TO",
    "CATALOG_OUTPUT": "CATALOG_UPDATE_OUTPUT or CATALOG_IMPORT_OUTPUT",
}
"""Names that meant different things to different commands."""
_NEAR: Final = 0.85
"""How like a name has to be, as confaudit.yaml may name variables of its own."""


def is_twin(variable: str) -> bool:
    """Whether an option reads a variable."""
    return variable.removeprefix(_PREFIX) in NAMES


def mistaken(environment: Iterable[str]) -> Iterator[tuple[str, str]]:
    """The variables that no option reads, each with the one that is probably meant."""
    for name in environment:
        short = name.removeprefix(_PREFIX)
        if short != name and short not in NAMES and (meant := _meant(short)):
            yield name, re.sub(r"\b(?=[A-Z])", _PREFIX, meant)


def _meant(short: str) -> str:
    from difflib import get_close_matches

    near = get_close_matches(short, (*NAMES, *_ELSEWHERE), n=1, cutoff=_NEAR)
    return _FORMER.get(short, near[0] if near and short not in _ELSEWHERE else "")
