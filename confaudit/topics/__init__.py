"""What there is to know beside the options: one Markdown file for each topic of `confaudit help`.

The name of the file is the topic, its first line says what it is about.
"""

from importlib.resources import files
from typing import Final

NAMES: Final = (
    "inputs",
    "upgrade",
    "causes",
    "formats",
    "exit-codes",
    "repository",
    "schedule",
    "operations",
    "scale",
    "notifications",
    "history",
    "export",
    "site",
    "secrets",
    "trust",
    "check",
    "review",
    "ci",
    "exceptions",
    "policy",
    "advisories",
    "conditions",
    "releases",
    "configuration",
)
"""Every topic, in the order in which a newcomer meets them."""


def text(name: str) -> str:
    """A topic as Markdown."""
    return files(__package__).joinpath(f"{name}.md").read_text(encoding="utf-8")


def title(name: str) -> str:
    """What a topic is about, in a few words."""
    return text(name).partition("\n")[0].removeprefix("# ")
