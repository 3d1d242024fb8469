"""Redaction takes twice as long for twice as much, whatever a text is made of."""

import re
from time import process_time

import pytest

from confaudit.core import secret
from confaudit.core.snapshot import credentials as text_rules
from confaudit.core.snapshot.credentials import (
    addresses,
    assignments,
    credentials,
    encodings,
    families,
    layouts,
    redact_text,
)
from confaudit.patterns import Lazy
from tests.tables import every_row

MOST = 3.0 * 3.0
"""So many times as long four times as much may take; for a quadratic pattern it is sixteen."""

WORST = {
    "_ADDRESS": ["//", "a://", "http://a?", "a.", "+://"],
    "_INNER": ["http://a?b://", "http://a/a.", "//a://b"],
    "ENCODED_LOGIN": ["%3A%2F%2F", "%3A%2F%2Fa", "%3A%2F%2Fa%3A"],
    "_LOGIN": ["a:b,", "a:", "(a:b", " a:b@"],
    "_ORACLE_LOGIN": ["a/b,", "a/b@", "a/"],
    "_HOOK": ["hooks.slack.com/services/", "discord.com/api/", "/webhook.site/"],
    "_ANY_HOOK": ["/hooks/", "/api/webhook/a/", "/hooks/a/b/c/" + "d" * 15],
    "_PARAMETER": ["?", "?a=", "&a", "&amp;", "?code=", "?a" * 40 + "=", ";a=", ";sid=;"],
    "_VALUE": ["?code=?"],
    "_CREDENTIAL_NAME": ["?session_id", "?auth_code="],
    "_UUID": ["/hooks/01234567-0123-"],
    "_RUN": ["?a=0123456789abcde.", "?a=" + "a" * 99],
    "_NAMED": ["password", "password=", "password: ", "a.", 'a"', r"\n", r"a\\\\", "a[0]", "a%5B"],
    "_QUOTED": ["password='", 'token="', r"token=\" ", "token=" + "\\" * 20 + '" '],
    "_BARE": ["password=a'", "password=REDACTED"],
    "_LINE": ["\npassword: a ", r"\npassword: a\n"],
    "_HEADER": ["x-", "x-a:", "authorization:"],
    "_HEADER_VALUE": ["authorization: a,", "authorization=a "],
    "_COOKIES": ["cookie: a=b; ", "cookie: '"],
    "_STRONG": ["pwd:", "passw:"],
    "_SWITCH": ["password: true"],
    "_SETTING": ["webhook: a ", "cookie: [ "],
    "_PIECE": ["[", "{[", "]", '["', "\\" * 20 + '"a', r"\"", "'\""],
    "_BLOCK": ["password: |\n", "password:\n", "token: # \n", "password:\n\n "],
    "_BLOCK_LINE": ["\n", " \n", "- \n", "\n password:\n- ", r"\n "],
    "_OPTION": ["--", "--password ", "-p ", "login a ", "ENV A ", "--password {", '--a", '],
    "_USER": ["-u ", "-u a:", "--user ", "-u===", "-u '"],
    "_NAME_TAG": ["<name>", "<name>a", "<key>a</key>", "<name> a </name> "],
    "_TO_TAG": ["<key>token</key><value>", "<a"],
    "_PROGRAM": ["mysql ", "redis-cli -", "sshpass ", "mysql -p"],
    "_TAG": ["&lt;password&gt;", "<", "<a", "<password>", "<token ", "</token>", "<a " + "b" * 99],
    "_PAIR": ["name=", "name: a ", "name: token value: ", 'key="a",', "k:k:", "k=token;v={"],
    "_SCHEME_WORD": ["bearer ", "basic a", "Bearer " + "a" * 99],
    "_CELL": ["|", "|a", "a|b", "password\t", "<td>password</td>", "password</td> <td "],
    "_PASSWORD_NAME": ["passw|a1", "secre"],
    "_PASSWORD": ["password|aaaaa", "password|1"],
    "_HERE": ["<<", "a<<", "token<<A\n", "token=$( cat <<", "a <<A\n"],
    "_ONE_WORD": ["token<<A\na", "token<<A\n ", "token<<A\na "],
    "_PGPASS": ["a:", "a:5432:", "a:5432:b:c:", "a:5432:b:c:d\n", "\\:", "\n ", "*:*:*:*:a "],
    "PREFIX": ["-eyJ", "eyJ", "eyJ.", "sk-", "x-sk-", "ghp_", "SG.", "xox", "1//0"],
    "_PART": ["%25", "%2525", "%", "a%2Fb", "%3D%", "=%25"],
    "_BASE64": ["aB3", "aB3-", "a/B", "aB3=", "eyJhIjoi", r"\n", "Zm9vOmJhcg"],
    "_SEPARATOR": ["aB-", "aB/_", "-_/aB"],
    "_MASK": ["password=REDACTED-0", "REDACTED-"],
    "_WORDS": ["a", "a ", "aB-c.", "abcdefghijklmnop"],
    "_SAID": ["login", "ENV", "login ENV "],
    "_SECRET_PART": ["secre", "connection", "pass-", "recovery-"],
    "_PUBLIC_END": ["public-key", "same-site-", "secure-auth-cookie"],
    "_OPENING_ID": ["session", "session-i", "secretid"],
    "_TYPED_NAME": ["pin", "otp_", "password-", "pwd__"],
    "_WHICH_ONE": ["-prod", "-1", "key1", "-v1-v", "_1_old"],
    "_CAMEL": ["aB", "a1B"],
    "_SECTION_NAME": ["cookie", "webhooks"],
    "_FINGERPRINT": ["0123456789abcdef"],
}  # fmt: skip
"""Of each pattern what it may go far into, and then not be."""
UNPREFIXED = {
    "PEM": ["-----BEGIN ", "-----BEGIN A-----", "-----BEGIN A", "-----", "BEGIN -----END "],
    "Coder's session tokens": ["a1", "Abcdefghi1-", "Abcdefghi1-plantedsecret01234567_", "1-1"],
    "Telegram's bots": ["12345678:A", "1:A", "12345678:A" + "a" * 33],
    "client secrets of Entra": ["1Q~", "aaa1Q~", "aaa1Q~" + "a" * 23 + " "],
    "Terraform Cloud": [".atlasv1.", "a.atlasv1.", "a" * 14 + ".atlasv1.a"],
    "Harness": ["pat.", "sat." + "a" * 22 + ".", "pat." + "a" * 22 + "." + "b" * 24 + "."],
    "Rancher": ["token-abcde:", "token-abcde:" + "a" * 29 + " "],
    "Discord's bots": ["M" * 22, "M" * 22 + ".", "M.", "M" * 22 + "." + "a" * 6 + "."],
}
ALTOGETHER = [
    "a://u:p@?token=[<k>", '{"a":"b?c=%2F@//', "password: |\n -u a:b ", "\0", "\u00e9=", "-eyJ",
    "%25", "aB3-", "a:b,", "<password>", "name=token;value={", "--password {", "\n password:\n- ", "http://a?",
    "&code=", "password=", "[", "token<<A\n", "|pwd|a1", "a:5432:b:c:d1\n", "\\" * 20 + '"a',
]  # fmt: skip
"""What many rules look at, or one does with more than its patterns."""
BEGINNINGS = ("password=", "password={", 'token="', "cookie: ", "a=[", "token=[")


def patterns():
    modules = (addresses, assignments, encodings, families, layouts, text_rules, secret)
    found = [(name, one) for module in modules for name, one in vars(module).items()]
    return {name: one for name, one in found if isinstance(one, Lazy)}


def test_every_pattern_has_its_worst():
    assert patterns().keys() == WORST.keys()
    assert {name for *_, name in families.UNPREFIXED} == UNPREFIXED.keys()


@pytest.mark.parametrize(("_", "shortest", "form", "whose"), families.UNPREFIXED)
def test_what_is_said_to_be_the_shortest_of_a_form_is(_, shortest, form, whose):
    assert re._parser.parse(form, re.DOTALL).getwidth()[0] == shortest


def growth(work, letters, unit, begin="", tries=12):
    """How much longer four times as much takes, at best of several; None if it is too much."""
    few, many = (begin + unit * (size // len(unit)) for size in (letters, 4 * letters))
    ratios = (seconds(work, many) / max(seconds(work, few), 0.0005) for _ in range(tries))
    return next((ratio for ratio in ratios if ratio <= MOST), None)


def seconds(work, text):
    started = process_time()
    work(text)
    return process_time() - started


def every_match(pattern):
    return lambda text: sum(1 for _ in pattern.finditer(text))


@pytest.mark.parametrize("name", WORST)
def test_a_pattern_takes_twice_as_long_for_twice_as_much(name):
    for unit in WORST[name]:
        assert growth(every_match(patterns()[name]), 20_000, unit), unit


@every_row("name", UNPREFIXED)
def test_so_does_one_of_what_has_no_prefix(name):
    (form,) = (form for *_, form, one in families.UNPREFIXED if one == name)
    for unit in UNPREFIXED[name]:
        assert growth(every_match(re.compile(form, re.DOTALL)), 20_000, unit), unit


@every_row("unit", ALTOGETHER)
def test_so_do_all_rules_together(unit):
    assert growth(credentials, 4_000, unit)


@every_row("begin", BEGINNINGS)
def test_so_does_what_begins_a_value(begin):
    for unit in ("{", "[", '"', "a b ", "\n", "\\" * 20 + '"'):
        assert growth(credentials, 4_000, unit, begin), unit


def test_a_quadratic_pattern_would_be_told():
    work = every_match(re.compile(r"eyJ[A-Za-z0-9_\-]{8,}\."))
    # What else the machine does makes a work longer, never shorter: the few, at best of several.
    few = min(seconds(work, "-eyJ" * 1_000) for _ in range(5))
    assert seconds(work, "-eyJ" * 4_000) > MOST * few


def test_what_is_long_is_not_remembered():
    before = text_rules._remembered.cache_info().currsize
    redact_text("a=" * 1000)
    assert text_rules._remembered.cache_info().currsize == before
