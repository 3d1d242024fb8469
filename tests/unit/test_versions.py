"""Two versions read only where they differ tell the same changes as read whole."""

import json
from pathlib import Path

import pytest
from msgspec.structs import replace

from confaudit import catalog
from confaudit.core.changes.causes import attribute
from confaudit.core.changes.diff import diff
from confaudit.core.changes.documents import differing, unequal
from confaudit.core.history.differing import differing_lines
from confaudit.core.history.versions import pair, whole
from confaudit.core.model import Setting, ValueSource
from confaudit.core.snapshot.canonical import CONFIG, SERVER, SETTINGS, encode
from confaudit.errors import SourceError
from tests.long_history import chosen_by, edited, sample
from tests.tables import every_row

CATALOG = catalog.load(Path("/nonexistent"))
SAMPLE = sample()
FILES = encode(SAMPLE)


def excerpts(before, after):
    """The changes told by what differs, and those of the wholes."""
    found = pair(before, after)
    wholes = whole(before), whole(after)
    return (
        attribute(diff(*found, unequal), *found, CATALOG),
        attribute(diff(*wholes, differing), *wholes, CATALOG),
    )


def some(chance, snapshot):
    """The snapshot with one to five of its settings, leaves or server facts changed."""
    settings, config, server = dict(snapshot.settings), dict(snapshot.config), snapshot.server
    for key in chance.sample(sorted(settings), chance.randint(1, 5)):
        value = chance.choice([True, False, 0, 1, "x", "", None, [], ["a", "b"], {"a": 1}])
        settings[key] = Setting(value, chance.choice([*ValueSource, None]))
    for name in chance.sample(sorted(config), chance.randint(0, 3)):
        config[name] = chance.choice([True, 1, "y", [], ["c"], {}, {"d": {"e": 1}}])
    for key in chance.sample(sorted(settings), chance.choice([0, 0, 0, 1])):
        del settings[key]
    if not chance.randrange(4):
        server = {**server, "experiments": chance.sample(["a", "b", "c"], 2)}
    return replace(snapshot, settings=settings, config=config, server=server)


@pytest.mark.parametrize("seed", range(60))
def test_versions_of_any_kind_tell_what_their_wholes_tell(seed):
    chance = chosen_by(seed)
    before = some(chance, SAMPLE) if seed % 3 else SAMPLE
    after = some(chance, before) if seed % 2 else edited(before, chance)
    found, expected = excerpts(encode(before), encode(after))
    assert found == expected
    assert found


@every_row("name", [SETTINGS, CONFIG])
@every_row("edit", [lambda line: f" {line}", lambda line: f"{line[:-1]}xx", str.strip])
def test_each_line_that_differs_is_found_wherever_it_stands(name, edit):
    text = FILES[name]
    lines = text.split("\n")
    for place in range(3 if name == SETTINGS else 2, len(lines) - 4):
        edited_line = edit(lines[place])
        after = "\n".join([*lines[:place], edited_line, *lines[place + 1 :]])
        start = len("\n".join([*lines[:place], ""]))
        assert [*differing_lines(name, text, after)] == [(lines[place], edited_line, start)]
        assert [one[:2] for one in differing_lines(name, after, text)] == [
            (edited_line, lines[place])
        ]


@pytest.mark.parametrize("name", [SETTINGS, CONFIG])
def test_versions_of_another_length_differ_in_more_than_lines(name):
    lines = FILES[name].split("\n")
    for place in (5, len(lines) - 5):
        longer = "\n".join([*lines[:place], lines[place], *lines[place:]])
        for sides in ((FILES[name], longer), (longer, FILES[name])):
            with pytest.raises(ValueError, match="more lines"):
                assert len([*differing_lines(name, *sides)]) == len(lines)
    assert [*differing_lines(name, FILES[name], FILES[name])] == []


def test_what_differs_is_all_that_is_decoded():
    chance = chosen_by(1)
    before, after = pair(FILES, encode(edited(SAMPLE, chance)))
    assert before.settings.keys() == after.settings.keys()
    assert 1 <= len(before.settings) <= 5
    assert before.config == after.config == {}


def test_a_leaf_that_changed_alone_is_told():
    config = json.loads(FILES[CONFIG])
    config["config"]["session_lifetime"]["default_duration"] = 7
    after = {**FILES, CONFIG: json.dumps(config, indent=2, sort_keys=True) + "\n"}
    before_excerpt, _ = pair(FILES, after)
    assert [*before_excerpt.config] == ["session_lifetime"]
    found, expected = excerpts(FILES, after)
    assert found == expected
    assert [change.path for change in found] == ["session_lifetime.default_duration"]


def test_another_release_is_read_whole():
    server = json.loads(FILES[SERVER])
    server["version"] = "2.34.4"
    older = {**FILES, SERVER: json.dumps(server)}
    before, after = pair(older, FILES)
    assert (before.version, len(before.settings)) == ("2.34.4", len(SAMPLE.settings))
    assert after == whole(FILES)


def by_hand(text, kind):
    """The same document laid out as people may have left it, with one value changed."""
    document = json.loads(text)
    lines = text.split("\n")
    match kind:
        case "indent 4":
            return json.dumps(document, indent=4)
        case "one line":
            return json.dumps(document)
        case "blank lines":
            return "\n".join([*lines[:5], "", *lines[5:]])
        case "one indented less":
            place = next(n for n, line in enumerate(lines) if line.startswith("      "))
            return "\n".join([*lines[:place], lines[place][2:], *lines[place + 1 :]])
        case "twice":
            return "\n".join([*lines[:4], lines[3], *lines[4:]])
    raise ValueError(kind)


@pytest.mark.parametrize(
    "kind", ["indent 4", "one line", "blank lines", "one indented less", "twice"]
)
@pytest.mark.parametrize("name", [SETTINGS, CONFIG])
def test_files_laid_out_by_hand_tell_the_same(kind, name):
    if name == SETTINGS and kind == "one indented less":
        pytest.skip("settings have no deeper lines")
    changed = encode(edited(SAMPLE, chosen_by(3)))
    odd = {**FILES, name: by_hand(FILES[name], kind)}
    for before, after in ((odd, changed), (changed, odd), (odd, odd)):
        found, expected = excerpts(before, after)
        assert found == expected


def test_a_secret_written_into_a_line_by_hand_is_never_seen():
    settings = json.loads(FILES[SETTINGS])["settings"]
    settings["access-url"]["value"] = "https://u:hunter2hunter2@coder.example.com"
    settings["oidc-client-secret"]["value"] = "hunter2hunter2"
    lines = [
        f'    "{key}": {json.dumps(settings[key], sort_keys=True)}' for key in sorted(settings)
    ]
    head, end = '{\n  "format": 1,\n  "settings": {\n', "\n  }\n}\n"
    after = {**FILES, SETTINGS: head + ",\n".join(lines) + end}
    found = pair(FILES, after)
    assert len(found[1].settings) == 2
    assert "hunter2" not in repr(found)


@pytest.mark.parametrize(
    "broken",
    [{SETTINGS: "{"}, {CONFIG: "[]"}, {SERVER: "{}"}, {SETTINGS: FILES[SETTINGS].replace("{", "[")},
     {CONFIG: FILES[CONFIG].replace("config", "conf", 1)}],
)  # fmt: skip
def test_a_damaged_version_is_said_to_be(broken):
    for sides in ((FILES, {**FILES, **broken}), ({**FILES, **broken}, FILES)):
        with pytest.raises(SourceError):
            pair(*sides)
    lacking = {name: text for name, text in FILES.items() if name not in broken}
    with pytest.raises(SourceError):
        pair(FILES, lacking)
