from confaudit.core.model import Value
from confaudit.core.text.wording import human, reasons, visible
from tests.tables import every_row


@every_row(
    ("text", "shown"),
    [
        ("plain text, é 日本 🎉 ⚠️", "plain text, é 日本 🎉 ⚠️"),
        ("\x1b[31mred", r"\x1b[31mred"),
        ("a\nb\r\tc", r"a\nb\r\tc"),
        ("\x9b31m\x7f\x00", r"\x9b31m\x7f\x00"),
        ("\u202egnp.exe\u2066", "U+202Egnp.exeU+2066"),
        ("a\u200bb\ufeff\u2028", "aU+200BbU+FEFFU+2028"),
        ("\ud800", "U+D800"),
        ("\U000e0041", "U+E0041"),
        ("a ##[add-mask]b ##", r"a ##\x5badd-mask]b ##"),
    ],
)
def test_visible_spells_out_what_would_not_show(text: str, shown: str) -> None:
    assert visible(text) == shown
    shown.encode()


@every_row(
    ("value", "option_type", "shown"),
    [
        ("", "string", '""'),
        (False, "bool", "false"),
        (None, "", "null"),
        (600_000_000_000, "duration", "10m"),
        (600_000_000_000, "int", "600000000000"),
        (3_155_760_000_000_000_001, "duration", "876600h0.000000001s"),
        (["é", 1], "", '["é", 1]'),
        ({"secret_set": True}, "string", "set"),
        ({"secret_set": False}, "", "not set"),
        ({"secret_set": None}, "", "whether set is unknown"),
        ({"secret_set": True, "fingerprint": "ab" * 8}, "", "set, fingerprint " + "ab" * 8),
        ({"a": "\x1b"}, "", r'{"a": "\u001b"}'),
    ],
)
def test_human(value: Value, option_type: str, shown: str) -> None:
    assert human(value, option_type) == shown


@every_row(
    ("told", "words"),
    [
        ([], ""),
        (["A is set", "", "B is set", "A is set"], "A is set and B is set"),
        (["A is not set"], "A is not set"),
        (["A follows B: B is encrypted", "B is encrypted"], "A follows B: B is encrypted"),
        (["A is set", "A is set to false"], "A is set to false"),
        (["AB is set", "B is set"], "AB is set and B is set"),
    ],
)
def test_a_reason_is_told_once(told, words):
    assert reasons(told) == words
