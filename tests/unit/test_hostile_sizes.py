"""Texts that repeat one thing without end: the work grows as they do."""

from contextlib import suppress
from functools import partial

import pytest

from confaudit.core.snapshot.credentials import redact_text
from confaudit.errors import SourceError
from confaudit.operator_files import decode, read_deployments
from confaudit.operator_files.code.nix_syntax import parse
from confaudit.operator_files.templates import templates
from confaudit.yaml_nodes import YamlFault, compose, entries, follow, walk
from tests.tables import every_row
from tests.unit.profiled import calls

UNIT = "[Service]\nExecStart=/usr/bin/coder server "


def is_linear(work):
    """Whether twice as much of something is not much more than twice the work."""
    few, many = (calls(partial(work, count)) for count in (300, 600))
    return many < 2.5 * few


def read(text):
    with suppress(SourceError):
        read_deployments([decode(text.encode(), "file")])


@every_row(
    ("begin", "repeated"),
    [
        (UNIT, "; "),
        (UNIT, "\\\n"),
        (UNIT + "\n", "Environment=A=b\n"),
        (UNIT + "\n", "# /etc/systemd/system/a.service\n"),
        ("", "USER-SUPPLIED VALUES:\n"),
        ('{ a = "docker run coder/coder ', "-e A=b "),
        ("{ ", "a = 1; "),
        ("", "a: b\n"),
        ("CODER_ACCESS_URL=https://coder.example.com\n", "{{"),
        ("locals {\n", "a = <<E\n"),
    ],
)
def test_the_work_on_a_text_grows_as_it_does(begin, repeated):
    assert is_linear(lambda count: read(begin + repeated * count))


def test_templates_are_found_in_one_pass():
    opened = "{{ [{ a %{ {% " * 500
    assert calls(lambda: list(templates(opened))) < 100
    closed = "{% {{ a %} {{ b }} %{ c }"
    assert [closed[begin:end] for begin, end in templates(closed)] == [
        "{% {{ a %}",
        "{{ b }}",
        "%{ c }",
    ]


def test_pairs_of_a_map_are_put_together_once():
    (root,) = compose("a: &a {b: c}\nd: {<<: *a, e: f}\n")
    found = [entries(node) for _ in range(2) for _, node in walk(root) if hasattr(node, "pairs")]
    assert [id(one) for one in found[:3]] == [id(one) for one in found[3:]]
    assert [key.text for key, _ in found[2]] == ["e", "b"]


def test_merge_keys_that_add_up_without_end_are_refused():
    chain = "".join(f"- &a{n} {{<<: *a{n - 1}, k{n}: v}}\n" for n in range(1, 5000))
    with pytest.raises(YamlFault, match="too many parts"):
        compose("- &a0 {k: v}\n" + chain)
    (kept,) = compose("- &a0 {k: v}\n" + "".join(chain.splitlines(keepends=True)[:100]))
    assert len(entries(follow(kept.items[-1]))) == 101


@pytest.mark.parametrize(
    ("first", "joined"),
    [
        ("[ 1 2 ]", "a{0} ++ a{0}"),
        ("{{ b = 1; }}", "a{0} // a{0}"),
        ('"abcdefgh"', '"${{a{0}}}${{a{0}}}"'),
    ],
)
def test_names_that_stand_for_names_do_not_multiply(first, joined):
    lets = "".join(f"a{number + 1} = {joined.format(number)}; " for number in range(30))
    root = parse(f"let a0 = {first.format()}; {lets} in a30")
    found = [node for _, node in walk(root)]
    assert len(found) < 100
    assert max(len(getattr(node, "text", "")) for node in found) < 2**24


def test_masking_looks_at_each_assignment_once():
    """A value may go on to the end of the text: it is looked at where the name is secret."""
    assert redact_text("a={" * 3 + "password=x password=y") == (
        "a={a={a={password=REDACTED password=REDACTED"
    )
    assert is_linear(lambda count: redact_text("password=" * count))
