"""The static site: it tells the story, holds together, and is written no more than needed."""

import json
import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit
from xml.etree.ElementTree import fromstring

import pytest

from confaudit.cli.main import run
from confaudit.configfile import Configuration, Loaded
from confaudit.workflows.setup import Setup
from confaudit.workflows.site_newest import NewestSnapshots
from tests.story import HOSTILE, PLANTED, TOLD

pytestmark = pytest.mark.usefixtures("clean_folder")
ATOM = "{http://www.w3.org/2005/Atom}"


def build(folder, repo, *more):
    return run(["site", str(folder), f"--repo={repo}", "--no-config", "--now=2026-03-01", *more])


def tree(folder):
    """Path → contents."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def git(folder, *command):
    done = subprocess.run(
        ["git", "-C", folder, "-c", "user.name=Ann", "-c", "user.email=ann@example.com", *command],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    return done.stdout.strip()


@pytest.fixture
def repo(story, tmp_path):
    """A copy of the story's first half, that may be written to."""
    shutil.copytree(story.folder, tmp_path / "repo", symlinks=True)
    git(tmp_path / "repo", "reset", "-q", "--hard", story.commits["prod-secret"])
    return tmp_path / "repo"


def change(repo, key="session-duration", value=1_800_000_000_000):
    """Commit another value of an option of prod, as an operator's snapshot has it."""
    file = repo / "deployments/prod/settings.json"
    told = json.loads(file.read_text(encoding="utf-8"))
    told["settings"][key] = {"source": "env", "value": value}
    file.write_text(json.dumps(told, indent=2), encoding="utf-8")
    git(repo, "commit", "-qam", "prod: changed\n\nConfaudit-Deployment: prod")
    return git(repo, "rev-parse", "HEAD")


# --- what it tells -------------------------------------------------------------------------------


def page_of(site, story, chapter):
    (found,) = site.glob(f"snapshots/{story.commits[chapter.id]}-{chapter.deployment}.html")
    return found.read_text(encoding="utf-8")


@pytest.mark.parametrize("chapter", TOLD, ids=lambda one: one.id)
def test_each_chapter_has_its_page(site, story, chapter):
    text = page_of(site, story, chapter)
    assert chapter.subject in text
    assert chapter.author.partition(" <")[0] in text
    for key in (*chapter.by_operator, *chapter.by_release):
        assert f'href="../options/{key}.html"' in text or "." in key
    assert ("upgrade: Coder" in text) == story.is_upgrade(chapter)


def test_there_is_a_page_for_nothing_else(site, story):
    assert len([*(site / "snapshots").iterdir()]) == len(TOLD)
    pages = {path.stem for path in (site / "deployments").glob("*.html")}
    assert pages == {one.deployment for one in TOLD}


def read(site, path):
    return (site / path).read_text(encoding="utf-8")


def rows(text):
    """The texts of the rows of all tables of a page."""
    found = (row.partition("</table>")[0] for row in text.split("<tr>"))
    return [re.sub(r"<[^>]+>", " ", row).split() for row in found]


def test_the_overview_has_each_deployment_with_its_release(site, story):
    told = rows(read(site, "index.html"))
    for name in story.deployments:
        assert any(row[:2] == [name, story.state(name).release] for row in told)
    assert any(row[0] == "old" and "removed" in row for row in told)


def test_an_option_page_has_who_sets_it_and_what_releases_did_to_it(site, story):
    text = read(site, "options/max-token-lifetime.html")
    assert any(row[:3] == ["prod", "7d", "flag"] for row in rows(text))
    assert "introduced" in text
    assert "CODER_MAX_TOKEN_LIFETIME" in text


def test_replicas_that_differ_are_told_wherever_one_looks(site):
    drift = ["drift", "between", "replicas"]
    overview, differences, fleet, option = (
        rows(read(site, path))
        for path in (
            "index.html", "differences.html", "deployments/fleet-a.html",
            "options/browser-only.html",
        )
    )  # fmt: skip
    (row,) = [row for row in overview if row[0] == "fleet-a" and row[1] == "2.34.5"]
    assert row[-1] == "1"
    assert "4 deployments: 1 with warnings and 1 with drift." in read(site, "index.html")
    assert any(row[0] == "--browser-only" and row[-1] == "1" for row in differences)
    assert any(row[0] == "--browser-only" and row[-3:] == drift for row in fleet)
    assert any(row[0] == "fleet-a" and row[-3:] == drift for row in option)


def test_secrets_are_nowhere_and_foreign_text_is_no_markup(site):
    everything = b"\n".join(tree(site).values())
    assert PLANTED.encode() not in everything
    assert b'<script>alert("x")' not in everything
    assert "\u202e".encode() not in everything
    assert HOSTILE.encode() not in everything


# --- it holds together ---------------------------------------------------------------------------


class Links(HTMLParser):
    """Where a page leads, and where others may lead within it."""

    def __init__(self, path):
        super().__init__()
        self.targets, self.anchors = [], set()
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.anchors |= {given.get("id")}
        self.targets += [given[name] for name in ("href", "src") if given.get(name)]


def test_every_link_is_relative_and_leads_somewhere(site):
    pages = {path: Links(path) for path in site.rglob("*.html")}
    reached = {site / "index.html"}
    for path, page in pages.items():
        for target in page.targets:
            scheme, host, to, _, anchor = urlsplit(target)
            assert (scheme, host, to[:1] == "/") == ("", "", False)
            place = (path.parent / unquote(to)).resolve() if to else path
            assert place.is_file(), (path, target)
            assert not anchor or anchor in pages[place].anchors
            reached.add(place)
    unreached = set(pages) - reached
    assert not unreached


def test_feeds_lead_to_pages(site):
    feeds = [site / "feed.xml", *site.glob("deployments/*.xml")]
    assert len(feeds) == 1 + len({one.deployment for one in TOLD})
    for path in feeds:
        root = fromstring(path.read_text(encoding="utf-8"))  # noqa: S314 - our own
        assert all(root.findtext(ATOM + tag) for tag in ("id", "title", "updated"))
        for entry in root.iter(f"{ATOM}entry"):
            assert all(entry.findtext(ATOM + tag) for tag in ("id", "title", "updated"))
            (link,) = entry.iter(f"{ATOM}link")
            assert (path.parent / link.get("href")).is_file()


# --- no more is written than is needed -----------------------------------------------------------


def test_the_same_repository_makes_the_same_site(site, story, tmp_path):
    assert build(tmp_path / "again", story.folder) == 0
    assert tree(tmp_path / "again") == tree(site)


def test_one_more_snapshot_rewrites_only_its_pages(repo, tmp_path, capsys):
    folder = tmp_path / "public"
    assert build(folder, repo) == 0
    before = {path: path.stat().st_ino for path in folder.rglob("*.*")}
    commit = change(repo)
    assert build(folder, repo) == 0
    written = {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*.*")
        if before.get(path) != path.stat().st_ino
    }
    assert written == {
        "index.html", "options.html", "differences.html", "feed.xml", "assets/search-index.js",
        "confaudit-site.json", "deployments/prod.html", "deployments/prod.xml",
        "options/session-duration.html", f"snapshots/{commit}-prod.html",
    }  # fmt: skip
    assert "9 pages written" in capsys.readouterr().out
    assert build(tmp_path / "fresh", repo) == 0
    assert tree(tmp_path / "fresh") == tree(folder)


def test_what_is_gone_leaves_no_page(repo, tmp_path, capsys):
    folder = tmp_path / "public"
    build(folder, repo)
    before = tree(folder)
    change(repo)
    build(folder, repo)
    git(repo, "reset", "-q", "--hard", "HEAD^")
    assert build(folder, repo) == 0
    assert tree(folder) == before
    assert "1 removed" in capsys.readouterr().out


def test_a_look_of_ones_own_reaches_every_page_and_is_taken_back(repo, tmp_path):
    folder, theirs = tmp_path / "public", tmp_path / "theirs"
    assert build(folder, repo) == 0
    ours = tree(folder)
    (theirs / "partials").mkdir(parents=True)
    (theirs / "partials/brand.html.j2").write_text("<strong>Harbour</strong>")
    assert build(folder, repo, f"--templates={theirs}") == 0
    assert all(b"<strong>Harbour" in path.read_bytes() for path in folder.rglob("*.html"))
    assert build(folder, repo) == 0
    assert tree(folder) == ours


def test_what_was_lost_is_written_again(site, story, tmp_path):
    folder = tmp_path / "public"
    shutil.copytree(site, folder)
    (folder / "index.html").unlink()
    shutil.rmtree(folder / "deployments")
    assert build(folder, story.folder) == 0
    assert tree(folder) == tree(site)


def test_a_snapshot_that_was_told_is_not_read_again(repo, calls):
    loaded = Loaded(Configuration(), repo / "confaudit.yaml", frozenset())
    blobs = {*git(repo, "ls-tree", "-r", "--object-only", "HEAD", "deployments").split()}

    def told():
        calls.names()
        found = NewestSnapshots(Setup(loaded, repo, 1, 0, environ={}), "facts").told()
        return found, blobs & {*calls.names()}

    first, read = told()
    assert read
    assert told() == (first, set())
    change(repo)
    assert told()[0]["prod"] != first["prod"]


def test_what_cannot_be_read_is_told_and_the_rest_goes_on(repo, tmp_path):
    for name in ("prod", "staging", "fleet-a", "fleet-b"):
        (repo / f"deployments/{name}/settings.json").write_bytes(b"\xff")
    git(repo, "commit", "-qam", "Break all")
    assert build(tmp_path / "public", repo) == 0
    text = (tmp_path / "public/index.html").read_text(encoding="utf-8")
    assert "4 that cannot be read" in text
    assert sum(row[-3:] == ["cannot", "be", "read"] for row in rows(text)) == 4


# --- where it may not be written -----------------------------------------------------------------


def refused(folder, repo, capsys):
    assert build(folder, repo) == 2
    told = capsys.readouterr().err
    assert "name a new folder" in told
    return told


def test_a_folder_of_somebody_else_is_left_alone(story, tmp_path, capsys):
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "notes").write_text("mine")
    assert "holds something else" in refused(folder, story.folder, capsys)
    assert tree(folder) == {"notes": b"mine"}


@pytest.mark.parametrize("text", ["", "[]", '{"pages": 1}', "[" * 99_999, '{"pages": {"a": "1"'])
def test_a_damaged_list_of_pages_is_no_reason_to_remove_any(site, story, text, tmp_path, capsys):
    folder = tmp_path / "public"
    shutil.copytree(site, folder)
    (folder / "confaudit-site.json").write_text(text)
    assert "is damaged" in refused(folder, story.folder, capsys)


def test_no_page_is_written_through_a_link(site, story, tmp_path, capsys):
    folder, elsewhere = tmp_path / "public", tmp_path / "elsewhere"
    shutil.copytree(site, folder)
    shutil.rmtree(folder / "options")
    elsewhere.mkdir()
    (folder / "options").symlink_to(elsewhere)
    assert "leads elsewhere" in refused(folder, story.folder, capsys)
    assert not tree(elsewhere)


def test_a_list_of_pages_cannot_have_other_files_removed(site, story, tmp_path):
    folder, other = tmp_path / "public", tmp_path / "other"
    shutil.copytree(site, folder)
    other.write_text("mine")
    listed = json.loads((folder / "confaudit-site.json").read_text())
    listed["pages"] |= {"../other": "", str(other): "", "x/../../other": ""}
    (folder / "confaudit-site.json").write_text(json.dumps(listed))
    assert build(folder, story.folder) == 0
    assert other.read_text() == "mine"


def test_without_a_snapshot_there_is_no_site(tmp_path, capsys):
    git(tmp_path, "init", "-q", "empty")
    assert build(tmp_path / "public", tmp_path / "empty") == 3
    assert "no snapshot yet" in capsys.readouterr().err
    assert not (tmp_path / "public").exists()


def test_it_may_not_be_a_file(story, tmp_path, capsys):
    Path("taken").write_text("mine")
    assert build(Path("taken"), story.folder) == 2
    assert "taken" in capsys.readouterr().err
