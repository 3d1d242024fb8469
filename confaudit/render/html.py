"""One self-contained page: complete without scripts, legible without styles, no network."""

import json
from hashlib import sha256
from typing import Final

from jinja2 import Environment
from markupsafe import Markup, escape
from msgspec.structs import replace

from confaudit.core.report.report import Report
from confaudit.patterns import regex
from confaudit.present.page import present
from confaudit.render import RenderOptions
from confaudit.render.json_v1 import document
from confaudit.render.page_copy import CUT, page_copy
from confaudit.render.templated import asset, environment, fill, inline

_VALUE_LIMIT: Final = 2_000
"""Characters of one value; the copy of the report in the page has more of what is longer."""


_SCRIPTS: Final = ("tables.js", "report.js")


def render(report: Report, options: RenderOptions) -> str:
    """Fill in `report.html.j2`."""
    env = environment(options.templates)
    env.filters.update(prose=prose)
    report, text = _whole_or_cut(report)
    report_id = sha256(text.encode()).hexdigest()[:12]
    style, style_source = inline(_style(env, report_id))
    script, script_source = inline("\n".join(asset(env, name) for name in _SCRIPTS))
    data = {
        "page": present(report, _VALUE_LIMIT),
        "style": style,
        "script": script,
        "policy": f"default-src 'none'; style-src {style_source}; script-src {script_source}; "
        "img-src data:; base-uri 'none'; form-action 'none'",
        "document": _embedded(text),
        "report_id": report_id,
    }
    return fill(env, "report.html.j2", data)


def _style(env: Environment, report_id: str) -> str:
    """Our style sheet, the theme on top of it, and what print puts at the foot of each sheet."""
    sheets = (asset(env, "report.css"), asset(env, "theme.css"))
    return "\n".join((*sheets, f':root {{ --report-id: "{report_id}"; }}'))


def _whole_or_cut(report: Report) -> tuple[Report, str]:
    """The report, which says so where values of it are cut, and the copy of it for the page."""
    copy, is_cut = page_copy(document(report))
    if is_cut:
        report = replace(report, notes=(*report.notes, CUT))
        copy["notes"].append(CUT)
    return report, json.dumps(copy, separators=(",", ":"))


def prose(text: str) -> Markup:
    """A sentence with the names in it as code: flags, variables, what stands in back quotes."""
    parts = _NAME.split(text)
    marked = (
        Markup("<code>{}</code>").format(part.strip("`")) if number % 2 else escape(part)
        for number, part in enumerate(parts)
    )
    return Markup("").join(marked)


_NAME: Final = regex(
    r"(`[^`]+`|(?<![\w-])--[a-z][\w-]*|\b[A-Z][A-Z0-9]*_[A-Z0-9_]*[A-Z0-9](?:=[^\s,;]*[^\s,;.:])?)"
)


def _embedded(text: str) -> Markup:
    """The JSON document in a form that cannot end the script element around it."""
    return Markup(text.replace("<", r"\u003c"))  # noqa: S704 - no markup can be left in it
