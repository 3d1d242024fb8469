"""The JSON that audits read says what the YAML says that people write."""

import json

import pytest

from confaudit.errors import CatalogError
from confaudit.rulebook.compiled import compiled
from confaudit.yaml_file import Origin, parse
from tests.unit.rulebook import FILES

LEFT_OUT = "tests"
"""What no audit asks for; it is almost half of the YAML."""


def written(path):
    return parse(path.read_bytes(), Origin(path.name, CatalogError)).items()


def line_of(advisory):
    facts = {key: one.read(object) for key, one in advisory.children().items() if key != LEFT_OUT}
    return json.dumps(facts, ensure_ascii=False)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.path.name)
def test_both_files_say_the_same(file, request):
    advisories = written(file.path)
    text = "[\n" + ",\n".join(map(line_of, advisories)) + "\n]\n"
    target = file.path.with_suffix(".json")
    if request.config.getoption("--update-golden"):
        target.write_text(text, encoding="utf-8")
    assert target.read_text(encoding="utf-8") == text, (
        "pytest tests/unit/test_compiled.py --update-golden"
    )
    for one, other in zip(advisories, compiled(file.path), strict=True):
        same(one, other)


def same(one, other):
    """However they are asked, as text or as whatever YAML takes them for."""
    children, others = one.children(), other.children()
    children.pop(LEFT_OUT, None)
    assert list(children) == list(others), one.where
    assert len(one.items()) == len(other.items()), one.where
    for key, child in children.items():
        same(child, others[key])
    for item, its_like in zip(one.items(), other.items(), strict=True):
        same(item, its_like)
    if not children and not one.items() and one.read(object) not in ([], {}):
        assert not one.is_null, one.where
        assert one.read(object) == other.read(object), one.where
        assert one.read(str) == other.read(str), one.where


@pytest.mark.parametrize("damage", [None, b"", b"{}", b"[{"])
def test_a_broken_installation_is_told(tmp_path, damage):
    if damage is not None:
        (tmp_path / "advisories.json").write_bytes(damage)
    with pytest.raises(
        CatalogError, match=r"^advisories.yaml of confaudit cannot be read$"
    ) as told:
        list(compiled(tmp_path / "advisories.yaml"))
    assert told.value.hint == "install confaudit again"
