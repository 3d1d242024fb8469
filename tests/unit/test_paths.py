"""Files in titles: by no more of their paths than tells them apart."""

from confaudit.core.text.paths import telling
from tests.tables import every_row


@every_row(
    ("names", "shown"),
    [
        ((), ()),
        (("values.yaml",), ("values.yaml",)),
        (("deploy/prod/values.yaml",), ("deploy/prod/values.yaml",)),
        (("/a/very/long/path/prod/values.yaml",), ("prod/values.yaml",)),
        (("/values.yaml",), ("values.yaml",)),
        (
            ("/a/b/prod/values.yaml", "/a/b/staging/values.yaml"),
            ("prod/values.yaml", "staging/values.yaml"),
        ),
        (("a/prod/old/x.env", "b/test/old/x.env"), ("prod/old/x.env", "test/old/x.env")),
        (("deploy/coder.env", "deploy/values.yaml"), ("coder.env", "values.yaml")),
        (("x.env", "old/x.env"), ("x.env", "old/x.env")),
        (("/a/x.json", "/a/x.json"), ("a/x.json", "a/x.json")),
        (("/srv/a/x.json", "live"), ("a/x.json", "live")),
        (
            ("/srv/a/x.json", "https://coder.example.com/b"),
            ("a/x.json", "https://coder.example.com/b"),
        ),
        (("/dev/fd/13",), ("/dev/fd/13",)),
        (("./x.env", "./y.env"), ("x.env", "y.env")),
    ],
)
def test_a_file_is_told_by_its_shortest_telling_name(
    names: tuple[str, ...], shown: tuple[str, ...]
) -> None:
    assert telling(names) == shown
