from msgspec.structs import replace

from confaudit import catalog
from confaudit.core.coder.defaults import default_snapshot
from confaudit.core.given import OperatorSettings, Position
from confaudit.core.judge.nearest import located
from confaudit.core.model import Subject
from confaudit.core.snapshot.canonical import encode
from confaudit.core.snapshot.lines import VERSION, lines
from confaudit.operator_files import version_line
from confaudit.operator_files.file import plain
from tests.golden.sample_reports import FINDINGS, spec
from tests.tables import every_row

SNAPSHOT = replace(
    default_snapshot(catalog.nearest("2.34.5")),
    folder="deployments/prod",
    server={"buildinfo": {"version": "v2.34.5", "a": {"b.c": [1, {"d": {}}], "e": 2}}, "z": []},
)
FILES = encode(SNAPSHOT)


def line_of(position):
    return FILES[position.file.removeprefix("deployments/prod/")].splitlines()[position.line - 1]


def test_every_option_and_leaf_is_found_on_its_line():
    found = lines(SNAPSHOT)
    assert {key for subject, key in found if subject is Subject.OPTION} == SNAPSHOT.settings.keys()
    for (_, key), position in found.items():
        last = key.rpartition("[")[2] if key.endswith("]") else key.rpartition(".")[2]
        name = last.strip('"]') or "version"
        assert line_of(position).strip().startswith(f'"{name}": '), key
    assert line_of(found[VERSION]).strip() == '"version": "2.34.5"'
    assert line_of(found[Subject.SERVER, 'buildinfo.a["b.c"]']).strip() == '"b.c": ['


def test_what_is_not_stored_has_no_lines():
    assert lines(replace(SNAPSHOT, folder="")) == {}


def test_a_finding_points_at_its_option_or_at_what_tells_the_release():
    told_at = Position("values.yaml", 7)
    known = spec("access-url")
    plain_finding, set_somewhere = FINDINGS[2], FINDINGS[1]
    of_option = replace(plain_finding, spec=known)

    def nearest(finding, *inputs):
        (found,) = located([finding], *inputs)
        return found.nearest

    stored = lines(SNAPSHOT)
    assert nearest(of_option, [SNAPSHOT], told_at) == stored[Subject.OPTION, "access-url"]
    assert nearest(plain_finding, [SNAPSHOT]) == stored[VERSION]
    assert nearest(plain_finding, [SNAPSHOT], told_at) == told_at
    assert nearest(plain_finding, []) is None
    assert nearest(set_somewhere, [SNAPSHOT], told_at) is None


VALUES = """\
# 2.30.0 until spring
coder:
  env:
    - {name: CODER_A, value: x2.33.01}
    - {name: CODER_B, value: "2.33.0"}
  image:
    tag: v2.33.0
"""


@every_row(
    ("texts", "told", "line"),
    [
        ({"values.yaml": VALUES}, {"version": "2.33.0"}, Position("values.yaml", 7)),
        ({"a": "FROM coder:v2.33.0", "b": "CODER_A=1\n"}, {"version": "2.33.0"}, Position("a", 1)),
        ({"a": "image: c:v2.33.0", "b": "#\ntag: 2.33.0"}, {"version": "2.33.0"}, Position("b", 2)),
        ({"a": "x\nimage: coder:latest"}, {"version_hint": "latest"}, Position("a", 2)),
        ({"a": "CODER_A=1\n", "b": ""}, {}, Position("a", 1)),
        ({"a": "tag: 12.33.0\n"}, {"version": "2.33.0"}, Position("a", 1)),
        ({}, {"version": "2.33.0"}, None),
    ],
)
def test_the_line_that_tells_the_release(texts, told, line):
    files = [plain(text, name) for name, text in texts.items()]
    assert version_line(files, OperatorSettings(**told)) == line
