"""The sample reports as the formats write them down, once for all tests that look at one."""

from functools import cache

from confaudit.render import RenderOptions, render
from tests.golden.sample_reports import REPORTS


@cache
def sample_text(name: str, format_name: str) -> str:
    """A sample in a format, with nothing asked for."""
    return render(REPORTS[name], format_name, RenderOptions())
