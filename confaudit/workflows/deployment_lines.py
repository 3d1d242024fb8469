"""Adds a deployment to the text of confaudit.yaml.

Only whole lines come, so that comments, order and layout stay as people made them. What comes of
it is read again before anybody gets it.
"""

from pathlib import Path
from typing import Final

from confaudit import configfile
from confaudit.configfile import Configuration
from confaudit.errors import ConfigError
from confaudit.yaml_file import Origin, Part, parse
from confaudit.yaml_lines import STEP, indented, margin, with_lines

_LINES: Final = (
    ("{name}:", "the folder: deployments/{name}/"),
    ("  url: {url}", "the access URL"),
    ("  # The session token of a user with the Auditor role. One of:", ""),
    ("  token_env: {token_env}", "an environment variable"),
    ("  # token_file: /run/secrets/coder", "a file that holds nothing else"),
    ("  # token_command: pass show coder", "a command that prints it"),
    ("  # ca_file: corporate-ca.pem", "trust this authority too"),
)
_COLUMN: Final = 38
"""Where what is said of a line begins, if there is room."""


def entry(name: str, url: str, token_env: str) -> tuple[str, ...]:
    """The lines that say of a deployment what it needs, and what else there is to say."""
    texts = {"name": name, "url": url, "token_env": token_env}
    return tuple(
        f"{line.format_map(texts):{_COLUMN}} # {note.format_map(texts)}" if note else line
        for line, note in _LINES
    )


def with_deployment(path: Path, text: str, name: str, url: str, token_env: str) -> str:
    """The text of a confaudit.yaml with one more deployment, below all others.

    Raises:
        ConfigError: the file says what it cannot, or its layout leaves no place for a line.
    """
    before = configfile.parse(text.encode(), path).configuration
    file = parse(text.encode(), Origin(str(path), ConfigError))
    heading = file.children().get("deployments") if file else None
    lines = text.split("\n")
    if not lines[-1]:
        lines.pop()
    if heading is None:
        at, indent, new = len(lines), STEP, ["", "deployments:"]
    else:
        at, indent, new = *_place(lines, heading), []
    new += indented(entry(name, url, token_env), indent)
    return _checked(path, with_lines(text, [*lines, ""], at, new), before, name)


def _place(lines: list[str], heading: Part) -> tuple[int, str]:
    """Behind which line the deployments end, and how far they stand in."""
    entries = list(heading.children().values())
    if not entries:
        return heading.line + 1, STEP
    last = max(one.line for one in entries)
    indent = margin(lines[last])
    at = last + 1
    for number, line in enumerate(lines[at:], at + 1):
        if not line.strip():
            continue
        if len(margin(line)) <= len(indent):
            break
        at = number
    return at, indent


def _checked(path: Path, text: str, before: Configuration, name: str) -> str:
    try:
        found = configfile.parse(text.encode(), path).configuration
        is_right = found.deployments.keys() == {*before.deployments, name} and all(
            found.deployments[one] == before.deployments[one] for one in before.deployments
        )
    except ConfigError:
        is_right = False
    if not is_right:
        raise ConfigError(
            f"{path} is laid out so that no line can be added to it",
            "give each deployment lines of its own, as `confaudit init` writes them, or add it by"
            " hand",
        )
    return text
