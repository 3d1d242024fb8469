"""One self-contained page: complete without scripts, legible without styles, no network."""

import json
from typing import Final

from markupsafe import Markup

from confaudit.core.present import present
from confaudit.core.report import Report
from confaudit.render import RenderOptions
from confaudit.render.json_v1 import document
from confaudit.render.templated import environment, fill, inline

_VALUE_LIMIT: Final = 2_000
"""Characters of one value; the page embeds the whole document for what is longer."""


def render(report: Report, options: RenderOptions) -> str:
    """Fill in `report.html.j2`."""
    env = environment(options.templates)
    style, style_source = inline(env, "assets/report.css")
    script, script_source = inline(env, "assets/report.js")
    data = {
        "page": present(report, _VALUE_LIMIT),
        "style": style,
        "script": script,
        "policy": f"default-src 'none'; style-src {style_source}; script-src {script_source}; "
        "base-uri 'none'; form-action 'none'",
        "document": _embedded(report),
    }
    return fill(env, "report.html.j2", data)


def _embedded(report: Report) -> Markup:
    """The JSON document in a form that cannot end the script element around it."""
    text = json.dumps(document(report), separators=(",", ":"))
    return Markup(text.replace("<", r"\u003c"))  # noqa: S704 - no markup can be left in it
