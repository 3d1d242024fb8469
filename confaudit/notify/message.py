"""What is told of a change: a report on it, and its forms for programs, chats and mail."""

import json
from bisect import bisect_right
from collections.abc import Mapping
from itertools import accumulate
from pathlib import Path
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import asdict, replace

from confaudit.core.judge.threshold import Threshold
from confaudit.core.model import Level
from confaudit.core.report.report import Report
from confaudit.core.text.wording import listing_some, plural, visible
from confaudit.errors import TemplateError
from confaudit.present.page import present
from confaudit.render import RenderOptions, render
from confaudit.render.templated import fill, templates_in

JSON: Final = "json"
"""The name of the form that is the public JSON report."""
_VALUE_LIMIT: Final = 100
"""Characters of one value in a message: a chat cuts long ones off, and markup with them."""
_TEXT_LIMIT: Final = 300
"""Characters of any other text in it."""
_MAIL_WIDTH: Final = 78
"""Columns (RFC 5322, 2.1.1)."""
_MAIL_LIMIT: Final = 256 * 1024
"""Characters of a mail's text: that of a whole fleet has more than anybody reads."""
_CUT: Final = "The rest is left out; `confaudit show` tells it."
_TEST: Final = "This is a test of a notification, and tells of a change that is known already."


class Head(Struct, frozen=True):
    """What a message is about, in texts that are safe to look at."""

    subject: str
    """The commit's, which names deployment, changes and cause; of several the deployments."""
    deployment: str
    """Its name; of several theirs, parted by blanks, and so the commits."""
    commit: str
    """Its id, as short as reports have it."""
    level: str
    """The worst of what it tells; empty where nothing is judged."""


class Body(Struct, frozen=True):
    """What is posted."""

    text: str
    content_type: str


class Message(Struct, frozen=True):
    """What commits brought to deployments."""

    head: Head
    report: Report

    def json(self) -> str:
        """The public JSON report."""
        return render(self.report, JSON, RenderOptions())

    def text(self) -> str:
        """The report as text, with no word on exit codes: there is none."""
        options = RenderOptions(width=_MAIL_WIDTH, threshold=Threshold(Level.INFO))
        text = render(self.report, "text", options)
        whole, _, _ = text[:_MAIL_LIMIT].rpartition("\n")
        return text if len(text) <= _MAIL_LIMIT else f"{whole}\n\n{_CUT}\n"

    def filled(self, name: str, folder: Path | None = None) -> str:
        """What a template makes of it, one in a folder of the user's first.

        Raises:
            TemplateError: there is none, or it cannot be filled in.
        """
        env = templates_in(folder)
        env.filters.update(mrkdwn=mrkdwn, mrkdwn_code=mrkdwn_code)
        return fill(env, name, self._data())

    def _data(self) -> Mapping[str, Any]:
        page = present(self.report, _VALUE_LIMIT)
        first = [group for group in page.groups if not group.is_folded] or page.groups
        rows = [row for group in first for row in group.rows]
        total = sum(len(group.rows) for group in page.groups) or len(page.parts)
        return {"message": asdict(self.head), "page": page, "rows": rows, "total": total}


def message(report: Report, *, is_test: bool = False) -> Message:
    """The message that a report on commits makes, which has them as its first table."""
    rows = report.tables[0].rows
    names = [visible(str(row["deployment"])) for row in rows]
    several = f"{plural(len(rows), 'deployment')} changed: {listing_some(names, 'deployment')}"
    head = Head(
        subject=several if report.parts else visible(str(rows[0]["subject"])),
        deployment=" ".join(names),
        commit=" ".join(visible(str(row["commit"])) for row in rows),
        level=report.worst.word if report.worst else "",
    )
    if not is_test:
        return Message(head, report)
    marked = replace(report, notes=(_TEST, *report.notes))
    return Message(replace(head, subject=f"Test: {head.subject}"), marked)


def body(told: Message, template: str, folder: Path) -> Body:
    """What is posted of a message: a form of ours by name, else a file that counts from a folder.

    Raises:
        TemplateError: the template cannot be used, or makes no JSON where its name says so.
    """
    if template == JSON:
        return Body(told.json(), _JSON_TYPE)
    if not template.endswith(".j2"):
        return _as_json(told.filled(f"notify/{template}.json.j2"), template)
    require_template(template, folder)
    path = folder / template
    text = told.filled(path.name, path.parent)
    return _as_json(text, path.name) if path.name.endswith(".json.j2") else Body(text, _TEXT_TYPE)


def require_template(template: str, folder: Path) -> None:
    """Make sure that there is a template, where it is a file.

    Raises:
        TemplateError: there is none.
    """
    if template.endswith(".j2") and not (folder / template).is_file():
        raise TemplateError(
            f"there is no template {visible(template)}", "its path counts from confaudit.yaml"
        )


_JSON_TYPE: Final = "application/json"
_TEXT_TYPE: Final = "text/plain; charset=utf-8"


def _as_json(text: str, name: str) -> Body:
    """A template's JSON, written anew: it is whole, and no larger than it has to be."""
    try:
        return Body(json.dumps(json.loads(text), indent=2, ensure_ascii=False) + "\n", _JSON_TYPE)
    except ValueError:
        raise TemplateError(
            f"template {visible(name)} does not make JSON", "let every text pass `tojson` in it"
        ) from None


def mrkdwn(text: str, most: int = _TEXT_LIMIT) -> str:
    """Foreign text in Slack's markup, where it makes no link and mentions nobody.

    Of more than `most` characters as they are written the rest is left out: Slack refuses a whole
    message for one text that is too long.
    """
    signs = [_ENTITIES.get(sign, sign) for sign in text]
    fitting = bisect_right([*accumulate(map(len, signs))], most)
    return "".join(signs if fitting == len(signs) else (*signs[: fitting - 1], "…"))


def mrkdwn_code(text: str) -> str:
    """The same as code, which nothing in it can end."""
    return f"`{mrkdwn(text.replace('`', _NO_QUOTE))}`" if text.strip() else text


_ENTITIES: Final = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
"""The three signs that Slack asks to be written so."""
_NO_QUOTE: Final = "\N{MODIFIER LETTER GRAVE ACCENT}"
