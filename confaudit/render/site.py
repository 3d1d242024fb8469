"""A page of the static site: it shares style sheet and script with all others, by relative links.

It needs neither network nor script, and works from a file as well as under any path of a server.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

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


@dataclass(frozen=True, slots=True)
class Link:
    """A text that leads somewhere: from the folder of the site, or within the page by `#`."""

    text: str
    page: str


@dataclass(frozen=True, slots=True)
class Links:
    """Several of them under a title."""

    title: str
    links: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class Content:
    """What one page says; what is empty is left out. Texts are safe to look at, not escaped."""

    title: str
    verdict: str
    tone: str = ""
    """The level that the verdict comes to, if any."""
    facts: tuple[tuple[str, str], ...] = ()
    tables: Sequence[Any] = ()
    """Tables whose cells lead to other pages."""
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
