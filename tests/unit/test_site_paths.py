"""Names of pages: any name has one of its own, on every file system."""

import pytest

from confaudit.site.paths import root_of, slug
from tests.tables import every_row


@pytest.mark.parametrize("name", ["prod", "eu-1.example", "0", "a_b", "x" * 80])
def test_a_plain_name_is_its_own(name: str) -> None:
    assert slug(name) == name


@every_row(
    "name",
    ["", ".", "..", "../up", "a/b", "Prod", "nul", "com1.txt", "x" * 81, "ends.", "-rf", "\ud800"],
)
def test_any_other_gets_a_digest_and_nothing_but_letters(name: str) -> None:
    found = slug(name)
    assert found != name
    assert found.replace("-", "").isalnum()
    assert found.isascii()
    assert found == found.lower()
    assert not found.startswith("-")


def test_no_two_share_one() -> None:
    names = ["", ".", "a/b", "a b", "A b", "a-b", "ä", "ö", "Prod", "PROD", "prod", "con", "x" * 90]
    found = {slug(name) for name in [*names, slug("Prod"), "x" * 91]}
    assert len(found) == len(names) + 1  # what "Prod" got is a plain name


@pytest.mark.parametrize(
    ("path", "root"), [("index.html", ""), ("a/b.html", "../"), ("a/b/1.html", "../../")]
)
def test_the_way_to_the_folder_of_the_site(path: str, root: str) -> None:
    assert root_of(path) == root
