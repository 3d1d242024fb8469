"""References that are links: to where they say, and to nothing that is not safe to open."""

from confaudit.present.references import page_of
from confaudit.render import RenderOptions, render
from tests.golden.sample_reports import REPORTS
from tests.tables import every_row

ISSUE = "https://github.com/coder/coder/issues/24926"


@every_row(
    ("reference", "page"),
    [
        ("coder/coder#24926", ISSUE),
        ("https://coder.com/docs/admin?a=b&c=d#e", "https://coder.com/docs/admin?a=b&c=d#e"),
        ("https://coder.com", "https://coder.com"),
        ("http://coder.com/docs", ""),
        ("javascript:alert(1)", ""),
        ("data:text/html,x", ""),
        ("//coder.com/docs", ""),
        ("https://ann:secret@coder.com/docs", ""),
        ("https://coder.com@evil.example/docs", ""),
        ("https://coder.com:8443/", ""),
        ("https://coder.com/a)b", ""),
        ("https://coder.com/a b", ""),
        ('https://coder.com/"onclick=x', ""),
        ("https://coder.com/\n", ""),
        ("https://\u0441oder.com/", ""),
        ("https://localhost/", ""),
        ("see coder/coder#24926", ""),
        ("../..#1", ""),
        ("coder/coder#1/../..", ""),
        (f"https://coder.com/{'a' * 500}", ""),
        ("", ""),
    ],
)
def test_only_what_is_safe_to_open_is_a_page(reference: str, page: str) -> None:
    assert page_of(reference) == page


def test_a_comment_leaves_no_trace_in_the_issue_that_it_refers_to() -> None:
    told = render(REPORTS["upgrade"], "md", RenderOptions())
    assert f"[`coder/coder#24926`]({ISSUE.replace('github', 'redirect.github', 1)})" in told
