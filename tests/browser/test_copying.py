"""What a reader takes away is what our own readers, and Coder's parser, read back to the value."""

import json
import shlex
from dataclasses import replace
from typing import Final

import pytest
from playwright.sync_api import Page, expect
from yaml import safe_load

from confaudit.core.findings import Effect, Finding
from confaudit.core.inputs import Given, State
from confaudit.core.model import Change, ChangeKind, Value, ValueSource
from confaudit.core.releases import Release
from confaudit.core.report import Report, ReportKind
from confaudit.core.rules.common import reads
from confaudit.operator_files import decode, read, read_server_yaml
from tests.browser.conftest import Opener
from tests.browser.looking import ENTRIES
from tests.golden.sample_reports import EMPTY, FINDINGS, option, rule, spec

_HOUR: Final = 3_600_000_000_000
_OLD: Final = Release("2.20.0", "", False, {})
"""Before 2.29, which was the first to read days."""
VALUES: Final[tuple[tuple[str, str, Value], ...]] = (
    ("plain", "string", "relay.example.com:587"),
    ("blanks", "string", "it's a b  c"),
    ("signs", "string", '5$ `x` "q" \\ # ! & ; | * ü 🐿 <b>'),
    ("yaml-signs", "string", "- a: b # c"),
    ("looks-like-number", "string", "0123"),
    ("looks-like-bool", "string", "off"),
    ("on", "bool", True),
    ("off", "bool", False),
    ("number", "int", -17),
    ("week", "duration", 168 * _HOUR),
    ("long", "duration", 3_155_760_000_000_000_001),
    ("short", "duration", 1_500_000),
    ("list", "string-array", ["openid", "a,b", 'q"uote', " c "]),
    ("address", "host:port", "127.0.0.1:3443"),
    ("page", "url", "https://coder.example.com/a?b=c&d=%20"),
    ("pattern", "regexp", "^(a|b)+'$"),
    ("choice", "enum[none|lax]", "lax"),
)


def _change(name: str, option_type: str, value: Value) -> Change:
    return option(name, ChangeKind.CHANGED, None, value, type=option_type)


CHANGES: Final = replace(EMPTY, changes=tuple(_change(*one) for one in VALUES))
AUDIT: Final = replace(
    EMPTY,
    kind=ReportKind.UPGRADE,
    findings=tuple(
        Finding(
            rule=rule("default-changed", Effect.BEHAVIOUR),
            message=name,
            subject=name,
            spec=spec(name, option_type),
            before=value,
            after="something else",
        )
        for name, option_type, value in VALUES
    ),
)


def clipboard(page: Page) -> str:
    found: str = page.evaluate("navigator.clipboard.readText()")
    return found


def copies(page: Page, number: int) -> dict[str, str]:
    """What the menu of an entry offers, by what it calls it."""
    entry = page.locator(ENTRIES).nth(number)
    entry.scroll_into_view_if_needed()
    entry.get_by_role("button", name="Copy", exact=True).click()
    menu = page.locator("#copy")
    names = menu.locator("button span").all_inner_texts()
    found = dict(zip(names, menu.locator("button code").all_text_contents(), strict=True))
    page.keyboard.press("Escape")
    del found["Link"]
    return found


def value_of(given: Given, option_type: str) -> Value:
    return reads(given, spec("any", option_type), _OLD)


@pytest.mark.parametrize("report", [CHANGES, AUDIT], ids=["changes", "findings"])
def test_every_dialect_says_the_value(report: Report, open_page: Opener) -> None:
    page = open_page(report)
    for number, (name, option_type, value) in enumerate(VALUES):
        found = copies(page, number)
        assert list(found) == ["Flag", "Variable", "YAML", "Helm"]
        variable = f"CODER_{name.replace('-', '_').upper()}"
        path = f"{name.split('-')[0]}.{name}"
        flag, _, argument = shlex.split(found["Flag"])[0].partition("=")
        env, _, text = shlex.split(found["Variable"])[0].partition("=")
        (yaml,) = read_server_yaml(f"{found['YAML']}\n", "a.yaml").given
        lines = "".join(f"\n    {line}" for line in found["Helm"].splitlines())
        (helm,) = read(decode(f"coder:\n  env:{lines}\n".encode(), "values.yaml")).given
        assert (flag, env, yaml.name, helm.name) == (f"--{name}", variable, path, variable)
        assert helm.state is yaml.state is State.LITERAL
        by_flag, by_env = (replace(helm, value=told) for told in (argument, text))
        for given in (by_flag, by_env, yaml, helm):
            assert value_of(given, option_type) == value, found


SECRET: Final = {"secret_set": True}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (
            option("mail-password", ChangeKind.CHANGED, {"secret_set": False}, SECRET, secret=True),
            {
                "Variable": "CODER_MAIL_PASSWORD",
                "YAML": "mail.mail-password",
                "Helm": "- name: CODER_MAIL_PASSWORD\n  valueFrom:\n    secretKeyRef:"
                " {name: YOUR-SECRET, key: CODER_MAIL_PASSWORD}",
            },
        ),
        (
            option("gone", ChangeKind.REMOVED, 5, None, (ValueSource.FLAG, None), type="int"),
            {"Flag": "--gone", "Variable": "CODER_GONE", "YAML": "gone.gone"},
        ),
        (
            option("providers", ChangeKind.CHANGED, [], [{"id": "a"}], type="struct[[]unheard.Of]"),
            {"Flag": "--providers", "Variable": "CODER_PROVIDERS", "YAML": "providers.providers"},
        ),
        (
            option("proxy", ChangeKind.CHANGED, "", "https://REDACTED@proxy.example.com"),
            {"Flag": "--proxy", "Variable": "CODER_PROXY", "YAML": "proxy.proxy"},
        ),
        (
            option("seen", ChangeKind.CHANGED, "", "a\x1b[31mb"),
            {"Flag": "--seen", "Variable": "CODER_SEEN", "YAML": "seen.seen"},
        ),
    ],
    ids=["secret", "not known", "a structure without a text", "redacted", "untypeable"],
)
def test_what_cannot_be_said_is_named_only(
    change: Change, expected: dict[str, str], open_page: Opener
) -> None:
    assert copies(open_page(replace(EMPTY, changes=(change,))), 0) == expected


def test_a_mapping_is_json_where_the_server_reads_json(open_page: Opener) -> None:
    value = {"X-A": "b c", "it's": '"'}
    change = option("sent", ChangeKind.CHANGED, {}, value, type="struct[map[string]string]")
    found = copies(open_page(replace(EMPTY, changes=(change,))), 0)
    assert safe_load(found["YAML"]) == {"sent": {"sent": value}}
    assert json.loads(safe_load(found["Helm"])[0]["value"]) == value
    for name in ("Flag", "Variable"):
        (word,) = shlex.split(found[name])
        assert json.loads(word.partition("=")[2]) == value


def test_what_is_shown_is_what_is_copied(open_page: Opener) -> None:
    page = open_page(CHANGES)
    found = copies(page, 2)
    menu = page.locator("#copy")
    for name, text in found.items():
        page.locator(ENTRIES).nth(2).get_by_role("button", name="Copy", exact=True).click()
        menu.locator("button", has=page.locator("span", has_text=name)).click()
        expect(menu).to_be_hidden()
        expect(page.locator("#shown")).to_have_text(f"Copied {name}")
        assert clipboard(page) == text


def test_of_an_old_name_the_new_one_is_copied(open_page: Opener) -> None:
    page = open_page(replace(AUDIT, findings=(FINDINGS[4],)))
    assert copies(page, 0) == {
        "Flag": "--gateway-url=https://a.example.com/v1",
        "Variable": "CODER_GATEWAY_URL=https://a.example.com/v1",
        "YAML": 'gateway:\n  gateway-url: "https://a.example.com/v1"',
        "Helm": '- name: CODER_GATEWAY_URL\n  value: "https://a.example.com/v1"',
    }


def test_kubernetes_shall_fill_nothing_in(open_page: Opener) -> None:
    change = option("a", ChangeKind.CHANGED, "", "x$(POD_IP)", type="string")
    found = copies(open_page(replace(EMPTY, changes=(change,))), 0)
    assert found["Helm"] == '- name: CODER_A\n  value: "x$$(POD_IP)"'


def test_keys_open_the_menu_and_leave_it(open_page: Opener) -> None:
    page = open_page(CHANGES)
    menu = page.locator("#copy")
    page.keyboard.press("j")
    page.keyboard.press("c")
    expect(menu.get_by_role("button", name="Flag")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(menu).to_be_hidden()
    assert clipboard(page) == "CODER_PLAIN=relay.example.com:587"
    expect(page.locator("#shown")).to_have_text("Copied Variable")
    page.keyboard.press("c")
    page.keyboard.press("Escape")
    expect(menu).to_be_hidden()


def test_the_menu_fits_the_screen(open_page: Opener) -> None:
    page = open_page(AUDIT)
    page.set_viewport_size({"width": 320, "height": 640})
    for number in (0, len(VALUES) - 1):
        entry = page.locator(ENTRIES).nth(number)
        entry.scroll_into_view_if_needed()
        entry.get_by_role("button", name="Copy", exact=True).click()
        box = page.locator("#copy").bounding_box()
        assert box
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 320
        assert box["y"] + box["height"] <= 640
        page.keyboard.press("Escape")
