import base64
import hashlib
import json
import re
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import pytest
from msgspec.structs import replace

from confaudit.core.model import MISSING, Cause, Subject
from confaudit.present.page import present
from confaudit.present.references import page_of
from confaudit.render import RenderOptions, render
from confaudit.render.html import prose
from confaudit.render.json_v1 import document
from confaudit.render.page_copy import CUT
from confaudit.render.saved import load
from tests.golden.sample_reports import (
    EMPTY,
    EVERY_CAUSE,
    EVERY_KIND,
    FINDINGS,
    REPORTS,
    UPGRADE,
    caused,
    judged,
    leaf,
    spec,
    told_changes,
)
from tests.golden.sample_texts import sample_text
from tests.tables import every_row

ASSETS = Path(__file__).parents[2] / "templates" / "assets"
GOLDEN = Path(__file__).parents[1] / "golden" / "expected"


class Page(HTMLParser):
    """A page as a browser's parser sees it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.raw: dict[str, str] = {}
        self.words: list[str] = []
        self._raw_key = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self._raw_key = tag + (dict(attrs).get("type") or "") if tag in ("script", "style") else ""

    def handle_endtag(self, tag: str) -> None:
        self._raw_key = ""

    def handle_data(self, data: str) -> None:
        if self._raw_key:
            self.raw[self._raw_key] = self.raw.get(self._raw_key, "") + data
        else:
            self.words.append(data)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]

    @property
    def text(self) -> str:
        return "".join(self.words)


@cache
def _page(name: str) -> Page:
    return Page(sample_text(name, "html"))


def test_the_page_carries_our_style_sheets_and_script() -> None:
    """The golden pages have a line in place of each."""
    page = _page("every-kind")
    report, theme, tables, script = (
        (ASSETS / name).read_text(encoding="utf-8").strip().replace("</", r"<\/")
        for name in ("report.css", "theme.css", "tables.js", "report.js")
    )
    assert page.raw["style"].startswith(f"{report}\n{theme}\n:root {{ --report-id: ")
    assert page.raw["script"] == f"{tables}\n{script}"


@every_row("name", REPORTS)
def test_the_policy_allows_exactly_what_is_inlined(name: str) -> None:
    page = _page(name)
    policies = [meta["content"] for meta in page.all("meta") if "http-equiv" in meta]
    hashes = [
        base64.b64encode(hashlib.sha256(page.raw[key].encode()).digest()).decode()
        for key in ("style", "script")
    ]
    assert policies == [
        f"default-src 'none'; style-src 'sha256-{hashes[0]}'; script-src 'sha256-{hashes[1]}'; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    ]


@every_row("name", REPORTS)
def test_nothing_is_loaded_and_nothing_runs_but_our_script(name: str) -> None:
    page, rules = _page(name), REPORTS[name].rules
    known = {page_of(rule.reference) for rule in rules} - {""}
    assert [script.get("type") for script in page.all("script")] == ["application/json", None]
    for tag, attributes in page.elements:
        assert tag not in {"img", "link", "iframe", "object", "embed", "base"}
        assert not {"src", "style", "srcset"} & attributes.keys()
        assert not [attribute for attribute in attributes if attribute.startswith("on")]
        target = attributes.get("href") or "#"
        assert target.startswith("#") or attributes["rel"] == "noreferrer noopener"
        assert target.startswith("#") or target in known
    assert "url(" not in page.raw["style"]
    assert "@import" not in page.raw["style"]


def test_hostile_values_are_shown_as_text() -> None:
    page = _page("hostile")
    for shown in (
        "<script>alert(1)</script>",
        "</script><img src=x onerror=alert(1)>",
        r"\x1b[31mred\x1b[0m\r\nover\ttab",
        "U+202Egnp.exeU+2066 zeroU+200Bwidth U+D800",
        r"a|b `code` ``two`` *bold* _it_ ~~no~~ \| $x$",
        "[bold red]markup[/] [link=https://evil.example]x[/link] :smile:",
        "{{ 7 * 7 }} {% raw %} ${x} %s",
    ):
        assert shown in page.text
    assert "\x1b" not in page.text
    assert "\u202e" not in page.text


@every_row("name", REPORTS)
def test_the_embedded_document_is_the_json_report(name: str) -> None:
    embedded = _page(name).raw["scriptapplication/json"]
    assert json.loads(embedded) == json.loads((GOLDEN / f"{name}.json").read_bytes())
    assert "<" not in embedded


@every_row("name", REPORTS)
def test_every_change_has_one_row_and_every_link_a_target(name: str) -> None:
    page = _page(name)
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert len([row for row in page.all("tr") if "id" in row]) == len(told_changes(REPORTS[name]))
    assert len(page.all("article")) == len(REPORTS[name].findings)
    links = [attributes["href"] for _, attributes in page.elements if "href" in attributes]
    assert {link[1:] for link in links if link and link.startswith("#")} <= set(ids)


def test_without_scripts_everything_is_there() -> None:
    page = _page("every-kind")
    for word in ("876600h0.000000001s", "3155760000000000001 ns", "unset (default tls12)"):
        assert word in page.text
    for change in EVERY_KIND:
        names = (change.spec.flag, change.spec.env, change.spec.yaml_path) if change.spec else ()
        assert all(name in page.text for name in names)
    hidden = [tag for tag, attributes in page.elements if "hidden" in attributes]
    assert set(hidden) <= {"button", "div", "form", "p", "details"}
    groups = [part for part in page.all("details") if "group" in (part.get("class") or "")]
    assert groups
    assert all("open" in group for group in groups)


@every_row("name", REPORTS)
def test_parts_that_are_empty_are_left_out(name: str) -> None:
    report, page = REPORTS[name], _page(name)
    tables = [*report.tables, *(table for part in report.parts for table in part.tables)]
    has_entries = bool(told_changes(report) or report.findings)
    assert bool(page.all("form")) == has_entries
    assert bool(page.all("kbd")) == has_entries
    sections = [section.get("aria-label") for section in page.all("section")]
    assert ("Before" in sections) == bool(report.sides)
    folded = [table for table in tables if table.is_folded or table not in report.tables]
    history = bool(report.entries)  # as a table, and as a picture with its like in a folded one
    assert len(page.all("caption")) == len(tables) - len(folded) + history
    plain = [part for part in page.all("details") if part.get("class") == "plain"]
    assert len(plain) == len(folded) + history
    assert not any("open" in part for part in plain)


def test_a_table_has_scopes_and_a_caption_that_names_it() -> None:
    page = _page("catalog-show-backports")
    regions = [div["aria-labelledby"] for div in page.all("div") if div.get("role") == "region"]
    assert [caption["id"] for caption in page.all("caption")] == regions
    report = REPORTS["catalog-show-backports"]
    scopes = [cell.get("scope") for cell in page.all("th")]
    assert scopes.count("row") == sum(len(table.rows) for table in report.tables)
    assert scopes.count("col") == sum(len(table.columns) for table in report.tables)
    for table in report.tables:
        assert table.title in page.text
    for version in ("2.29.18", "2.32.8", "2.33.9", "2.34.3", "2.35.0"):
        assert version in page.words


def test_numbers_stand_below_each_other() -> None:
    cells = [
        td for td in _page("catalog-releases").all("td") if "figure" in (td.get("class") or "")
    ]
    assert len(cells) == 3 * len(REPORTS["catalog-releases"].tables[0].rows)


def test_landmarks_and_headings() -> None:
    page = _page("every-kind")
    for landmark in ("header", "nav", "main", "footer", "h1"):
        assert len(page.all(landmark)) == 1
    assert page.all("html") == [{"lang": "en"}]
    assert page.all("a")[0]["href"] == "#content"
    assert {cell.get("scope") for cell in page.all("th")} == {"row", "col"}


@pytest.mark.parametrize("name", ["every-kind", "every-cause", "upgrade"])
def test_every_label_has_word_sign_and_colour_and_can_be_filtered_by(name: str) -> None:
    page, text = _page(name), sample_text(name, "html")
    shown = present(REPORTS[name], 100)
    rows = [row for part in shown.groups for row in part.rows]
    chips = {chip for row in rows for chip in row.chips}
    assert {chip.facet for chip in chips} >= {"area"} | (
        {"kind"} if REPORTS[name].changes else {"level"}
    )
    for chip in chips:
        if chip.is_shown:
            painted = rf"\.{chip.value} \{{ --tone: [^;]+; --sign: [^;]+; \}}"
            assert re.search(painted, page.raw["style"])
            labels = [b for b in page.all("b") if b.get("class") == chip.value]
            assert len(labels) >= sum(chip in row.chips for row in rows)
        else:
            named = len(re.findall(rf"data-{chip.facet}=\"?{re.escape(chip.value)}[\" >]", text))
            tables = [part for part in shown.groups if part.are_changes and chip in part.chips]
            for_all = sum(len(part.rows) - 1 for part in tables)
            assert named + for_all == sum(chip in row.chips for row in rows)


def test_quiet_groups_are_folded_and_all_is_there() -> None:
    page = _page("every-cause")
    groups = [part for part in page.all("details") if "group" in (part.get("class") or "")]
    assert ["open" in group for group in groups] == [True] * 3 + [False] * 4
    for change in EVERY_CAUSE:
        assert change.evidence in page.text
    for name in ("--bridge-enabled", "CODER_BRIDGE_ENABLED", "bridge.enabled", "--bridge-on"):
        assert name in page.text


def test_a_value_of_a_megabyte_is_shown_around_its_difference() -> None:
    before = "word " * 200_000
    change = leaf(Subject.CONFIG, "a.b", before + "old", before + "new")
    text = render(replace(EMPTY, judged=judged(changes=(change,))), "html", RenderOptions())
    page = Page(text)
    assert "old" in page.text
    assert "new" in page.text
    assert "characters…]" in page.text
    assert page.text.count("-o report.json writes them whole") == 1
    assert len(text) < 200_000


def test_the_copy_in_a_page_is_whole_but_for_megabytes() -> None:
    long, items = "word " * 200_000, [f"item {number}" for number in range(100_000)]
    option = replace(spec("words"), env="CODER_WORDS")
    findings = tuple(
        replace(FINDINGS[1], spec=option, subject=str(number), before=value, proposed=value)
        for number, value in enumerate(("short", long, items))
    )
    report = replace(UPGRADE, judged=judged(findings=findings))
    whole = document(report)
    copy = json.loads(Page(render(report, "html", RenderOptions())).raw["scriptapplication/json"])
    assert load(json.dumps(copy).encode()).notes == (*report.notes, CUT)
    short, text, several = copy["findings"]
    assert short == whole["findings"][0]
    assert "paste" in short
    assert "paste" not in text, "half of a setting is none"
    assert text["before"] == f"{long[:10_000]} […980,000 characters…] {long[-10_000:]}"
    assert several["before"][:2] == items[:2]
    assert several["before"][-1].endswith(" more…]")
    assert len(json.dumps(copy)) < 200_000


def test_five_thousand_changes_stay_below_three_megabytes() -> None:
    changes = tuple(
        leaf(
            Subject.CONFIG if number % 5 else Subject.SERVER,
            f"section{number % 30}.some_option_name_{number}",
            MISSING if number % 7 == 0 else f"https://a{number}.example.com",
            f"https://b{number}.example.com",
        )
        for number in range(5000)
    )
    changes = tuple(caused(change, Cause.RELEASE, "Coder 2.34.0 adds it") for change in changes)
    text = render(replace(EMPTY, judged=judged(changes=changes)), "html", RenderOptions())
    assert len(text.encode()) < 3_000_000
    assert text.count("<tr id=") == 5000


@every_row(
    ("text", "html"),
    [
        ("plain words, no names: 3 < 4.", "plain words, no names: 3 &lt; 4."),
        ("Set CODER_A_B=false to keep it.", "Set <code>CODER_A_B=false</code> to keep it."),
        ("CODER_A_B.", "<code>CODER_A_B</code>."),
        ("Use --a-b, or (--c).", "Use <code>--a-b</code>, or (<code>--c</code>)."),
        ("a well--known word, x--y", "a well--known word, x--y"),
        ("Rename WGTUNNEL_HOST to X", "Rename <code>WGTUNNEL_HOST</code> to X"),
        ("`confaudit diff A <B>` lists.", "<code>confaudit diff A &lt;B&gt;</code> lists."),
        ("CODER_X_Y=<b>&", "<code>CODER_X_Y=&lt;b&gt;&amp;</code>"),
        ("`", "`"),
        ("", ""),
    ],
)
def test_names_in_a_sentence_are_code_and_nothing_is_markup(text: str, html: str) -> None:
    assert prose(text) == html
