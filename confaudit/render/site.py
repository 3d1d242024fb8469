"""A page of the static site: it shares style sheet and script with all others, by relative links.

It needs neither network nor script, and works from a file as well as under any path of a server.
"""

import json
from functools import cached_property
from pathlib import Path
from typing import Final

from msgspec import Struct

from confaudit import __version__
from confaudit.present.charts import Strip
from confaudit.present.entries import Group
from confaudit.present.tables import TableShown
from confaudit.present.timeline import TimelineShown
from confaudit.render.templated import asset, digest, environment, fill

_POLICY: Final = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src data:; base-uri 'none'; "
    "form-action 'none'"
)


class Link(Struct, frozen=True):
    """A text that leads somewhere: from the folder of the site, or within the page by `#`."""

    text: str
    page: str


class Links(Struct, frozen=True):
    """Several of them under a title."""

    title: str
    links: tuple[Link, ...]


class Cell(Struct, frozen=True):
    """One text of a table."""

    text: str
    page: str = ""
    """Where it leads, from the folder of the site; empty for nowhere."""
    is_code: bool = False
    tone: str = ""
    """A level or a mood, as a class."""
    moment: str = ""
    """The time that the text tells, in ISO 8601, of which a script tells how long ago it was."""


class LinkedTable(Struct, frozen=True):
    """A table whose cells lead to other pages; the first cell of a row names it."""

    anchor: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    is_filtered: bool = False
    """Whether it is worth a field to find rows by, where scripts run."""


class Content(Struct, frozen=True):
    """What one page says; what is empty is left out. Texts are safe to look at, not escaped."""

    title: str
    verdict: str
    tone: str = ""
    """The level that the verdict comes to, if any."""
    facts: tuple[tuple[str, str], ...] = ()
    tables: tuple[LinkedTable, ...] = ()
    timelines: tuple[TimelineShown, ...] = ()
    strip: Strip | None = None
    plain: tuple[TableShown, ...] = ()
    """Tables of a report."""
    groups: tuple[Group, ...] = ()
    """Changes."""
    trail: tuple[Link, ...] = ()
    """The pages above this one."""
    contents: tuple[Links, ...] = ()
    """What the page holds, told before it; a list of none is left out."""
    links: tuple[Links, ...] = ()
    """Where else to look, told after it."""
    feed: str = ""
    is_search: bool = False


class Look:
    """How pages look: our templates and assets, the user's in front of them."""

    def __init__(self, templates: Path | None) -> None:
        """Find the templates.

        Raises:
            TemplateError: the user's folder does not exist or replaces nothing.
        """
        self._env = environment(templates)

    @cached_property
    def digest(self) -> str:
        """Equal as long as equal contents make equal pages."""
        return digest(self._env)

    def page(self, content: Content, root: str) -> str:
        """Fill in `site/page.html.j2`; `root` is the way to the folder of the site.

        Raises:
            TemplateError: a template of the user's fails.
        """
        data = {"page": content, "root": root, "policy": _POLICY, "tool_version": __version__}
        return fill(self._env, "site/page.html.j2", data)

    def static(self, *names: str) -> str:
        """Style sheets or scripts as one file."""
        return "\n".join(asset(self._env, name) for name in names) + "\n"


def script_data(name: str, rows: object) -> str:
    """Data as a script: a page that is opened from a file may load nothing else."""
    text = json.dumps(rows, separators=(",", ":")).replace("<", r"\u003c")
    return f"window.{name} = {text};\n"
