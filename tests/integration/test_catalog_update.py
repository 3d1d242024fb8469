"""`confaudit catalog update`: from a stand-in of the public repository, a mirror and a folder."""

import json
from pathlib import Path

import pytest
from msgspec.structs import replace

from confaudit import catalog
from confaudit.catalog import document
from confaudit.catalog.loader import packaged
from confaudit.cli.main import run
from confaudit.workflows import catalog_update
from tests.bounded import bounded
from tests.integration.scripted_server import Reply, ScriptedServer
from tests.integration.written_source import source

SOURCE = "codersdk/deployment.go"
PAGE = "docs/reference/cli/server/index.md"
PAGE_TEXT = Path(__file__).parents[1] / "data/importers/page-new.md"
NEWEST = packaged().nearest("2.36.0")
PUBLISHED = "2026-11-05T10:00:00Z"


@pytest.fixture(autouse=True)
def folder(clean_folder):
    (clean_folder / "confaudit.yaml").write_text("deployments: {}\nretries: 0\ntimeout: 5\n")
    return clean_folder


@pytest.fixture
def update(folder, capsys):
    def call(*arguments):
        code = run(["catalog", "update", *arguments])
        out, err = capsys.readouterr()
        assert "Traceback" not in err
        return code, out, err

    return call


def made_up():
    """The options of a release that is not: one is removed, one renamed, one new."""
    options = dict(NEWEST.options)
    del options["web-terminal-renderer"]
    old = options["provisioner-daemons"]
    new = replace(
        old,
        name="Built-in Provisioners",
        flag="builtin-provisioners",
        env="CODER_BUILTIN_PROVISIONERS",
        yaml_path="provisioning.builtinProvisioners",
    )
    options["provisioner-daemons"] = replace(old, use_instead=("builtin-provisioners",))
    options["builtin-provisioners"] = new
    options["coffee-temperature"] = replace(
        options["wildcard-access-url"],
        name="Coffee Temperature",
        flag="coffee-temperature",
        env="CODER_COFFEE_TEMPERATURE",
        yaml_path="networking.coffeeTemperature",
        json_path="coffee_temperature",
    )
    return options


def entry(version, **more):
    return {"tag_name": f"v{version}", "published_at": PUBLISHED, **more}


def script(files, *listed):
    """Answers by path of a mirror below /coder."""
    listing = {"/coder/releases.json": Reply(list(listed))} if listed else {}
    answers = {f"/coder/{path}": Reply(text.encode()) for path, text in files.items()}
    return {**listing, **answers}


def release(version, options):
    return {f"v{version}/{SOURCE}": source(options)}


def written(version, folder=Path("coder-releases")):
    (found,) = document.load((folder / f"{version}.json").read_bytes(), version)
    return found


def trimmed(folder, version):
    """A catalogue like the one that comes with confaudit, which a release is missing from."""
    path = folder / "trimmed.json"
    path.write_bytes(document.dump(catalog.loader.without(packaged(), version).releases))
    return path


# --- what it is for -----------------------------------------------------------------------------


def test_a_release_that_is_missing_arrives_as_it_was(folder, update):
    path = trimmed(folder, "2.36.0")
    files = release("2.36.0", NEWEST.options)
    with ScriptedServer(script(files, entry("2.36.0"), entry("2.35.1"))) as server:
        code, out, err = update("--catalog-url", f"{server.url}/coder", "-o", str(path))
    assert (code, err) == (0, "")
    assert "Coder 2.36.0: 291 options" in out
    assert "1 release learnt." in out
    found = catalog.read(path)
    assert [one.version for one in found] == list(packaged().versions)
    learnt = next(one for one in found if one.version == "2.36.0")
    assert learnt.options == NEWEST.options
    assert learnt.is_complete
    assert learnt.date == "2026-11-05"


def test_a_further_release_arrives_and_an_audit_finds_what_it_brings(folder, update, capsys):
    files = release("2.39.0", made_up())
    with ScriptedServer(script(files, entry("2.36.0"), entry("2.39.1", prerelease=True),
                               entry("2.39.0"))) as server:  # fmt: skip
        code, out, err = update("--catalog-url", f"{server.url}/coder")
    assert (code, err) == (0, "")
    assert "  new: builtin-provisioners, coffee-temperature\n" in out
    assert "  renamed: provisioner-daemons to builtin-provisioners\n" in out
    assert "  gone: web-terminal-renderer\n" in out
    (folder / "coder.env").write_text(
        "CODER_ACCESS_URL=https://coder.example.com\nCODER_WEB_TERMINAL_RENDERER=dom\n"
        "CODER_PROVISIONER_DAEMONS=5\nCODER_COFFEE_TEMPERATURE=hot\n"
    )
    asked = ["upgrade", "--from", "2.36.0", "--env-file", "coder.env", "--exit-zero", "-f", "json"]
    assert run([*asked, "--to", "2.39.0"]) == 0
    found = {
        (one["rule"], one["subject"]) for one in json.loads(capsys.readouterr().out)["findings"]
    }
    assert ("option-removed", "web-terminal-renderer") in found
    assert ("option-renamed", "provisioner-daemons") in found
    assert ("setting-takes-effect", "coffee-temperature") in found


def test_a_second_run_finds_nothing_missing(folder, update):
    files = release("2.39.0", made_up())
    with ScriptedServer(script(files, entry("2.39.0"))) as server:
        update("--catalog-url", f"{server.url}/coder")
        before = (folder / "coder-releases/2.39.0.json").read_bytes()
        code, out, _ = update("--catalog-url", f"{server.url}/coder")
        assert server.count(f"/coder/v2.39.0/{SOURCE}") == 1
    assert (code, out) == (0, "No release is missing.\n")
    assert (folder / "coder-releases/2.39.0.json").read_bytes() == before


def test_each_release_builds_on_the_one_before(update):
    files = {**release("2.38.0", NEWEST.options), **release("2.39.0", made_up())}
    with ScriptedServer(script(files, entry("2.39.0"), entry("2.38.0"))) as server:
        _, out, _ = update("--catalog-url", f"{server.url}/coder")
    first, second = out.index("Coder 2.38.0"), out.index("Coder 2.39.0")
    assert first < second
    assert "new:" not in out[first:second]
    assert "new: builtin-provisioners" in out[second:]


def test_a_dry_run_tells_and_writes_nothing(folder, update):
    files = release("2.39.0", made_up())
    with ScriptedServer(script(files, entry("2.39.0"))) as server:
        code, out, _ = update("--catalog-url", f"{server.url}/coder", "--dry-run")
    assert code == 0
    assert "new: builtin-provisioners" in out
    assert "would write" in out
    assert not (folder / "coder-releases").exists()


# --- where it comes from ------------------------------------------------------------------------


def test_a_folder_needs_no_list_and_no_network(folder, update):
    path = folder / "mirror/v2.39.0" / SOURCE
    path.parent.mkdir(parents=True)
    path.write_text(source(made_up()))
    (folder / "mirror/notes.txt").write_text("about it")
    (folder / "confaudit.yaml").write_text("catalog_url: mirror\n")
    code, out, err = update()
    assert (code, err) == (0, "")
    assert "Coder 2.39.0" in out
    assert written("2.39.0").options.keys() == made_up().keys()


def test_the_configured_folder_counts_from_the_file_and_the_flag_from_here(
    folder, update, monkeypatch
):
    path = folder / "mirror/v2.39.0" / SOURCE
    path.parent.mkdir(parents=True)
    path.write_text(source(made_up()))
    (folder / "confaudit.yaml").write_text("catalog_url: mirror\n")
    below = folder / "below"
    below.mkdir()
    monkeypatch.chdir(below)
    assert "Coder 2.39.0" in update("--dry-run")[1]
    code, _, err = update("--dry-run", "--catalog-url", "mirror")
    assert code == 4
    assert "mirror cannot be read" in err


def test_the_environment_names_the_place(folder, update, monkeypatch):
    files = release("2.39.0", made_up())
    with ScriptedServer(script(files, entry("2.39.0"))) as server:
        monkeypatch.setenv("CONFAUDIT_CATALOG_URL", f"{server.url}/coder/")
        assert "Coder 2.39.0" in update("--dry-run")[1]


def test_a_list_may_lie_elsewhere(folder, update):
    (folder / "list.json").write_text(json.dumps(["v2.39.0", "v2.36.0"]))
    with ScriptedServer(script(release("2.39.0", made_up()))) as server:
        code, out, _ = update(
            "--catalog-url", f"{server.url}/coder", "--catalog-releases", "list.json"
        )
    assert code == 0
    assert "when it was published (give --date)" in out


def test_the_public_list_is_followed_from_page_to_page(update, monkeypatch):
    with ScriptedServer({}) as server:
        monkeypatch.setattr(catalog_update, "PUBLIC", f"{server.url}/coder")
        listed = f"{server.url}/api/releases?per_page=100"
        monkeypatch.setattr(catalog_update, "PUBLIC_LIST", listed)
        following = f'<{server.url}/by-id/7/releases?page=2>; rel="next", <x>; rel="last"'
        server.script = {
            "/api/releases?per_page=100": [Reply([entry("2.38.0")], headers={"Link": following})],
            "/by-id/7/releases?page=2": [Reply([entry("2.39.0")])],
            **{f"/coder/v{one}/{SOURCE}": [Reply(source(made_up()).encode())]
               for one in ("2.38.0", "2.39.0")},
        }  # fmt: skip
        _, out, _ = update("--catalog-url", f"{server.url}/coder")
    assert "2 releases learnt." in out


def update_with_link(update, link):
    """What comes of a list with this header, and how many pages were asked for."""
    answers = script(release("2.39.0", made_up()), entry("2.39.0"))
    listing = replace(answers["/coder/releases.json"], headers={"Link": link})
    answers["/coder/releases.json"] = listing
    with ScriptedServer(answers) as server:
        told = update("--catalog-url", f"{server.url}/coder", "--dry-run")
        return *told, server.count("/coder/releases.json")


@pytest.mark.parametrize(
    "link",
    ["", "<", "next", "<x>; rel=last", '<x>; rel="prev", <y>; rel=first', "<a>;" * 13_000],
    ids=lambda link: link[:20],
)
def test_a_list_without_a_next_page_is_whole(update, link):
    with bounded():
        assert update_with_link(update, link)[0] == 0


@pytest.mark.parametrize(
    ("link", "said"),
    [
        ("<https://elsewhere.example.com/releases>; rel=next", "goes on at another server"),
        ("<//x/y>; rel=next", "goes on at another server"),
        ('<x>; rel=last, <//x/y>; title="a, b"; rel="next"', "goes on at another server"),
        ('<//[>; rel="next"', "names a next page that is no URL"),
        ("</coder/releases.json>; rel=next", "has more than 50 pages"),
    ],
)
def test_a_list_that_cannot_be_read_to_its_end_is_not_taken_for_whole(update, link, said):
    code, out, err, asked = update_with_link(update, link)
    assert (code, out) == (4, "")
    assert said in err
    assert "catalog_releases" in err
    assert asked == (50 if "50 pages" in said else 1)


# --- which releases -----------------------------------------------------------------------------


LISTED = ("2.34.99", "2.38.0", "2.38.1", "2.39.0")


@pytest.mark.parametrize(
    ("target", "learnt"),
    [
        ("latest", LISTED),
        ("stable", LISTED[:3]),
        ("2.38", LISTED[:3]),
        ("v2.38.0", LISTED[:2]),
        ("2.34", LISTED[:1]),
        ("2.36.0", LISTED[:1]),
    ],
)
def test_how_far_it_goes(update, target, learnt):
    files = {key: text for one in LISTED for key, text in release(one, NEWEST.options).items()}
    with ScriptedServer(script(files, *map(entry, (*LISTED, "2.36.0")))) as server:
        _, out, _ = update("--catalog-url", f"{server.url}/coder", "--dry-run", "--to", target)
    assert [line.split()[1].rstrip(":") for line in out.splitlines() if line[:6] == "Coder "] == [
        *learnt
    ]


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("2.77.0", "the list has no release 2.77.0"),
        ("2.77", "no release of 2.77 is known"),
        ("nonsense", "nonsense is no version of Coder"),
    ],
)
def test_a_target_that_is_not_there(update, target, said):
    with ScriptedServer(script({}, entry("2.39.0"))) as server:
        code, out, err = update("--catalog-url", f"{server.url}/coder", "--to", target)
    assert (code, out) == (2, "")
    assert said in err


def test_what_is_no_stable_release_since_2_0_is_left_out(update):
    listed = [
        entry("2.39.0", prerelease=True), entry("2.40.0", draft=True), entry("2.41.0-rc.1"),
        entry("1.44.6"), entry("0.9.1"), {"tag_name": None}, {}, 7, None, ["v2.42.0"],
        {"tag_name": "../../etc/passwd"}, {"tag_name": "v2.43.0/../x"}, "v٢.44.0",
    ]  # fmt: skip
    with ScriptedServer(script({}, entry("2.36.0"), *listed)) as server:
        code, out, _ = update("--catalog-url", f"{server.url}/coder")
        assert {asked.path for asked in server.asked} == {"/coder/releases.json"}
    assert (code, out) == (0, "No release is missing.\n")


def test_without_a_list_one_release_can_be_named(update):
    with ScriptedServer(script(release("2.39.0", made_up()))) as server:
        where = ("--catalog-url", f"{server.url}/coder", "--dry-run")
        assert "Coder 2.39.0" in update(*where, "--to", "2.39.0")[1]
        code, _, err = update(*where)
        assert code == 4
        assert "there is no list of Coder's releases" in err
        assert update(*where, "--to", "1.9.0")[0] == 2
        assert update(*where, "--to", "2.39.0-rc.1")[0] == 2


def test_more_than_can_be_meant_is_refused(update):
    with ScriptedServer(script({}, *(entry(f"2.40.{n}") for n in range(600)))) as server:
        code, _, err = update("--catalog-url", f"{server.url}/coder")
        assert len(server.asked) == 1
    assert code == 2
    assert "600 releases are missing" in err


def test_a_version_far_beyond_all_that_is_known_is_refused(update):
    files = release("3.0.0", made_up()) | release("9999999.1.1", made_up())
    with ScriptedServer(script(files, "v3.0.0", "v9999999.1.1")) as server:
        where = ("--catalog-url", f"{server.url}/coder")
        code, out, err = update(*where)
        assert (code, out) == (2, "")
        assert "9999999.1.1 cannot be a release of Coder" in err
        assert update(*where, "--to", "3.0")[0] == 0
        assert update(*where, "--to", "9999999.1.1")[0] == 2


# --- what goes wrong ----------------------------------------------------------------------------


def test_without_a_source_the_docs_pages_are_read(update):
    files = {f"v2.39.0/{PAGE}": PAGE_TEXT.read_text()}
    with ScriptedServer(script(files, entry("2.39.0"))) as server:
        code, out, err = update("--catalog-url", f"{server.url}/coder")
    assert (code, err) == (0, "")
    assert "removed or hidden, not known" in out
    assert not written("2.39.0").is_complete


@pytest.mark.parametrize(
    "text",
    ["", "404: Not Found", "<html>Sign in</html>", "package codersdk\n", "\xff\xfe", "a" * 9],
)
def test_a_source_that_is_none_falls_back_to_the_pages(update, text):
    files = {f"v2.39.0/{SOURCE}": text, f"v2.39.0/{PAGE}": PAGE_TEXT.read_text()}
    with ScriptedServer(script(files, entry("2.39.0"))) as server:
        code, out, _ = update("--catalog-url", f"{server.url}/coder")
    assert code == 0
    assert "1 release learnt." in out


def test_what_cannot_be_fetched_is_told_and_the_others_land(folder, update):
    files = {**release("2.39.0", made_up()), f"v2.38.0/{SOURCE}": "<html>Sign in</html>"}
    listed = map(entry, ("2.37.0", "2.38.0", "2.39.0"))
    with ScriptedServer(script(files, *listed)) as server:
        code, out, err = update("--catalog-url", f"{server.url}/coder")
    assert code == 1
    assert "Coder 2.37.0 is skipped: neither codersdk/deployment.go nor a docs page" in err
    assert "Coder 2.38.0 is skipped: v2.38.0/codersdk/deployment.go is no Coder config" in err
    assert "1 release learnt, 2 skipped." in out
    assert [path.name for path in (folder / "coder-releases").iterdir()] == ["2.39.0.json"]


def test_a_default_that_is_none_of_its_type_is_not_known(folder, update, capsys):
    odd = replace(NEWEST.options["swagger-enable"], default="perhaps")
    files = release("2.39.0", {**NEWEST.options, "swagger-enable": odd})
    with ScriptedServer(script(files, entry("2.39.0"))) as server:
        assert update("--catalog-url", f"{server.url}/coder")[0] == 0
    (folder / "coder.env").write_text("CODER_ACCESS_URL=https://coder.example.com\n")
    asked = ["upgrade", "--from", "2.36.0", "--env-file", "coder.env", "-f", "json"]
    assert run([*asked, "--to", "2.39.0"]) == 0
    prediction = json.loads(capsys.readouterr().out)["prediction"]
    assert prediction["starts"]
    assert prediction["changed"]["swagger-enable"]["after"] == {"unknown": True}


def test_a_source_that_lists_few_options_is_not_trusted(folder, update):
    few = dict(list(NEWEST.options.items())[:6])
    with ScriptedServer(script(release("2.39.0", few), entry("2.39.0"))) as server:
        code, _, err = update("--catalog-url", f"{server.url}/coder")
    assert code == 3
    assert "2.39.0 is skipped: 285 of the 291 options of 2.36.0 would be gone" in err
    assert not (folder / "coder-releases").exists()


def test_when_nothing_can_be_learnt_it_says_so(update):
    with ScriptedServer(script({}, entry("2.39.0"))) as server:
        code, out, _ = update("--catalog-url", f"{server.url}/coder")
    assert code == 3
    assert "0 releases learnt, 1 skipped." in out


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (Reply(b"no", status=403), "the server refuses (status 403)"),
        (Reply(b"", status=302, headers={"Location": "https://x/"}), "which is not followed"),
        (Reply(b"no", status=500), "the server fails (status 500)"),
        (Reply(b"{", status=200), "is not valid JSON"),
        (Reply({"message": "hello"}), "it is no list"),
        (Reply(b"[" * 100_000), "cannot be read"),
        (Reply(b"[]" + b" " * 20_000_000, zipped=True), "is larger than"),
        (Reply([], announced=10_000), "the connection broke"),
    ],
)
def test_a_server_that_does_not_answer_well(folder, update, reply, said):
    with ScriptedServer({"/coder/releases.json": reply}) as server:
        code, out, err = update("--catalog-url", f"{server.url}/coder")
    assert (code, out) == (4, "")
    assert said in err
    assert "\n" in err
    assert not (folder / "coder-releases").exists()


def test_nobody_there(update):
    code, out, err = update("--catalog-url", "http://127.0.0.1:9")
    assert (code, out) == (4, "")
    assert "the host does not accept connections" in err
    assert "catalog_url" in err
    assert "confaudit catalog import" in err


def test_what_was_learnt_before_the_network_broke_stays(folder, update):
    answers = script(release("2.38.0", NEWEST.options), entry("2.38.0"), entry("2.39.0"))
    answers[f"/coder/v2.39.0/{SOURCE}"] = Reply(b"half", announced=10_000)
    with ScriptedServer(answers) as server:
        code, out, err = update("--catalog-url", f"{server.url}/coder")
    assert code == 4
    assert "Coder 2.38.0" in out
    assert "the connection broke" in err
    assert [path.name for path in (folder / "coder-releases").iterdir()] == ["2.38.0.json"]


def test_a_slow_server_is_left(update):
    answers = {"/coder/releases.json": Reply([entry("2.39.0")], drip_seconds=0.2)}
    with ScriptedServer(answers) as server:
        code, _, err = update("--catalog-url", f"{server.url}/coder", "--timeout", "1")
    assert code == 4
    assert "did not answer fully within 1 s" in err


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://mirror.example.com/coder", "over plain http"),
        ("https://user:planted-secret@mirror.example.com", "carries credentials"),
        ("https://mirror.example.com/?token=planted-secret", "a query or a fragment"),
        ("ftp://mirror.example.com", "is no http or https URL"),
        ("file:///etc", "is no http or https URL"),
        ("nowhere", "cannot be read"),
    ],
)
def test_places_that_cannot_be_meant(update, url, said):
    code, out, err = update("--catalog-url", url)
    assert code == (4 if url == "nowhere" else 2)
    assert not out
    assert said in err
    assert "planted-secret" not in err


def test_nobody_is_told_who_asks(update, monkeypatch):
    monkeypatch.setenv("CODER_SESSION_TOKEN", "planted-secret-token")
    with ScriptedServer(script({}, entry("2.36.0"))) as server:
        update("--catalog-url", f"{server.url}/coder")
        (asked,) = server.asked
    assert "planted-secret" not in str(asked.headers)


def test_a_file_that_is_in_the_way_is_not_overwritten(folder, update):
    (folder / "coder-releases").mkdir()
    held = document.dump([replace(NEWEST, version="2.50.0")])
    (folder / "coder-releases/2.39.0.json").write_bytes(held)
    with ScriptedServer(script(release("2.39.0", made_up()), entry("2.39.0"))) as server:
        code, _, err = update("--catalog-url", f"{server.url}/coder")
    assert code == 2
    assert "exists and says something else" in err
    assert (folder / "coder-releases/2.39.0.json").read_bytes() == held


def test_a_new_catalogue_of_ones_own(folder, update):
    with ScriptedServer(script(release("2.39.0", made_up()), entry("2.39.0"))) as server:
        code, _, _ = update("--catalog-url", f"{server.url}/coder", "-o", "own.json")
    assert code == 0
    assert [one.version for one in catalog.read(folder / "own.json")] == ["2.39.0"]


def test_text_of_a_mirror_moves_no_cursor(update):
    options = made_up()
    options["x\x1b[2J"] = replace(options["coffee-temperature"], flag="x\x1b[2J", env="CODER_X")
    with ScriptedServer(script(release("2.39.0", options), entry("2.39.0"))) as server:
        _, out, err = update("--catalog-url", f"{server.url}/coder")
    assert "\x1b" not in out + err
