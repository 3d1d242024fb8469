from msgspec.structs import replace

from confaudit.core.given import Position
from confaudit.render.places import Place, places
from tests.golden.sample_reports import FINDINGS
from tests.tables import every_row

FILES = [
    ("a/values.yaml", "", Place("a/values.yaml", 3)),
    ("./a/../values.yaml", "", Place("values.yaml", 3)),
    ("a/values.yaml", "/repo", Place("a/values.yaml", 3)),
    ("/repo/a/values.yaml", "/repo", Place("a/values.yaml", 3)),
    ("/repo/a/values.yaml", "/", Place("repo/a/values.yaml", 3)),
    ("..values.yaml", "/repo", Place("..values.yaml", 3)),
    ("/repository/values.yaml", "/repo", Place("values.yaml", 3, is_inside=False)),
    ("../values.yaml", "/repo", Place("values.yaml", 3, is_inside=False)),
    ("../values.yaml", "", Place("values.yaml", 3, is_inside=False)),
    ("a/../../../etc/passwd", "", Place("passwd", 3, is_inside=False)),
    ("/etc/coder/coder.env", "", Place("coder.env", 3, is_inside=False)),
    ("a\n::b", "/repo", Place(r"a\n::b", 3)),
    ("/", "/repo", Place("-", 3, is_inside=False)),
    ("", "", Place("-", 3, is_inside=False)),
    ("a/../..", "", Place("-", 3, is_inside=False)),
]


@every_row(("file", "folder", "place"), FILES)
def test_a_file_is_named_as_seen_from_the_folder_of_the_run(file, folder, place):
    finding = replace(FINDINGS[0], positions=(Position(file, 3),) * 2)
    assert places(finding, folder) == (place,)
