"""Each reader of what people and servers write, with the good documents that edits begin from.

A reader returns what of its input could be shown or stored, or raises; `judge` says whether that
is as it should be.
"""

import json
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from functools import cache
from io import BytesIO
from itertools import islice
from pathlib import Path
from typing import Any, Final

import yaml
from hypothesis import strategies as st
from msgspec import Struct
from msgspec.structs import replace

from confaudit import catalog, configfile, operator_files
from confaudit.catalog import document
from confaudit.core.coder.endpoints import ENDPOINTS, is_expected
from confaudit.core.coder.releases import Release
from confaudit.core.history.words import moment, words
from confaudit.core.model import RawDeployment, StoredFiles
from confaudit.core.snapshot.canonical import decode, encode
from confaudit.core.snapshot.normalise import normalise
from confaudit.core.snapshot.redact import redact, redact_files, redact_operator
from confaudit.errors import ConfauditError, ExitCode
from confaudit.operator_files.forms import form_of
from confaudit.render import saved
from confaudit.render.templated import fill, templates_in
from confaudit.rulebook import exceptions, policy
from confaudit.sources import Input, SourceContext, bundle, docs, payload, refusals
from confaudit.sources.api import answered_json
from confaudit.transport.client import Response
from confaudit.workflows.load import Loader
from confaudit.workflows.release_inputs import partial_from
from confaudit.workflows.setup import Setup
from tests.fuzz import seeds
from tests.fuzz.edits import SECRET, TOKEN, documents, texts, trees

DATA: Final = Path(__file__).parents[1] / "data"
NOW: Final = datetime(2026, 1, 31, 12, tzinfo=UTC)


class Reader(Struct, frozen=True):
    """One reader, and inputs for it."""

    inputs: st.SearchStrategy[Any]
    read: Callable[[Any], object]


def judge(reader: Reader, given: Any) -> bool:
    """Whether an input was read; else it was refused, in a sentence.

    Raises:
        AssertionError: a secret came out, or there is nothing that helps in the refusal.
        Exception: anything that is no error of confaudit's own.
    """
    try:
        shown = str(reader.read(given))
    except ConfauditError as error:
        refusal = error
    else:
        assert SECRET not in shown
        return True
    assert refusal.message.strip()
    assert refusal.message.isprintable(), repr(refusal.message)
    assert refusal.exit_code in set(ExitCode) - {ExitCode.OK, ExitCode.BUG}
    assert SECRET not in f"{refusal.message} {refusal.hint}", refusal.message
    return False


# --- operators' files


@cache
def _specs() -> tuple[Any, ...]:
    return tuple(catalog.nearest(catalog.versions()[-1]).options.values())


def _operator(data: bytes, form: str = "") -> object:
    file = operator_files.decode(data, "file")
    if form:
        found = form_of(file, form).read(file)
    else:
        found = tuple(one.operator for one in operator_files.read_deployments([file]).found)
    shown = [redact_operator(one, _specs()) for one in found]
    return [(given.name, given.value) for one in shown for given in (*one.given, *one.preset)]


def _twins() -> Iterator[tuple[str, str]]:
    """Form and text of each twin."""
    for path in sorted((DATA / "operator_files").iterdir()):
        if path.suffix != ".expected":
            file = operator_files.decode(path.read_bytes(), path.name)
            reader = operator_files.recognised(file)
            yield (reader.name if reader else "text"), path.read_text(encoding="utf-8")


def _of_forms() -> Iterator[tuple[str, Reader]]:
    texts_of: dict[str, list[str]] = {form: [text] for form, text in seeds.TEXTS.items()}
    for form, text in _twins():
        texts_of.setdefault(form, []).append(text)
    for form in operator_files.READERS:
        inputs = st.tuples(texts(tuple(texts_of[form])), st.sampled_from(("", form)))
        yield f"operator file: {form}", Reader(inputs, lambda given: _operator(*given))


# --- what servers answer, and what is stored of it

_RELEASE: Final[Release] = catalog.nearest("2.33.0")


def _answer(data: bytes) -> object:
    raw = payload.read(Input("answer", "answer", content=data), None)  # type: ignore[arg-type]
    files = encode(normalise(redact(raw), _RELEASE))
    decode(redact_files(StoredFiles(files)))  # whatever is written can be read again
    return files


def _siblings() -> Any:
    text = (Path(__file__).parents[2] / "samples/prod/endpoints.json").read_text(encoding="utf-8")
    answers = json.loads(text)
    return {name: answers[name]["body"] for name in ENDPOINTS if name in answers}


def _bundle(answers: Any) -> object:
    """A support bundle with such answers in it."""
    file, known = BytesIO(), answers if isinstance(answers, dict) else {}
    with zipfile.ZipFile(file, "w") as packed:
        packed.writestr("deployment/config.json", json.dumps(seeds.ANSWER))
        for name in bundle._ENDPOINTS.keys() & known.keys():
            packed.writestr(f"deployment/{bundle._ENDPOINTS[name]}", json.dumps(known[name]))
    context = SourceContext(bytes, lambda _: RawDeployment({}), lambda _: None, lambda: NOW)
    raw = bundle.read(Input("x.zip", "x.zip", content=file.getvalue()), context)
    return encode(normalise(redact(raw), _RELEASE))


def _answers(answers: Any) -> dict[str, str]:
    """What a server says beside its configuration, as far as it is what Coder says."""
    known = answers if isinstance(answers, dict) else {}
    heard = {name: known[name] for name in ENDPOINTS.keys() & known.keys()}
    kept = {name: answer for name, answer in heard.items() if is_expected(name, answer)}
    return encode(normalise(redact(RawDeployment(seeds.ANSWER, kept, version="2.33.0")), _RELEASE))


def _refused(given: tuple[int, bytes, bytes]) -> object:
    status, body, location = given
    refusal = refusals.explain(status, body, location.decode("utf-8", "replace"))
    assert refusal.message.isprintable(), refusal.message
    answered_json(Response(200, "application/json", "", "", 0, body))
    return f"{refusal.message} {refusal.hint}"


def _page(data: bytes) -> object:
    """A page of Coder's docs, of which only the shape of a configuration can be told."""
    raw = docs.read(Input("page", "page", content=data), None)  # type: ignore[arg-type]
    return encode(normalise(redact(raw), _RELEASE))


def _saved(data: bytes) -> object:
    return saved.load(data) and ""  # what is in a report passed the gate when it was written


def _of_folder(name: str) -> tuple[str, ...]:
    return tuple(path.read_text("utf-8") for path in sorted((DATA / name).iterdir()))


def _stored(files: Mapping[str, str]) -> object:
    return decode(redact_files(StoredFiles(files)))


@st.composite
def _damaged(draw: st.DrawFn) -> Mapping[str, str]:
    files = _answers(_siblings())
    name = draw(st.sampled_from(sorted(files)))
    edited = draw(documents(json.loads(files[name])) | texts((files[name],)))
    return files | {name: edited.decode("utf-8", "replace")}


# --- what the people of the house write


def _template(data: bytes) -> object:
    report = {"title": "a", "changes": [{"name": "a", "before": None, "after": TOKEN}]}
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "own.j2").write_bytes(data)
        fill(templates_in(Path(folder)), "own.j2", {"report": report})
    return ""  # of its data a template may show whatever is in them


def _words(data: bytes) -> object:
    text = data.decode("utf-8", "surrogatepass")
    named = words(text, NOW)  # of what deployment is an argument as it was typed
    return named and named.when, moment(text, NOW), moment(text, NOW, is_start=True)


def _policy(data: bytes) -> object:
    return policy.read(data, "policy", [_catalog()], ["new-option"])


@cache
def _catalog() -> Any:
    from confaudit.catalog.loader import packaged

    return packaged()


def _partial(data: bytes) -> object:
    loader = Loader(Setup(configfile.load(None), Path(), timeout=1, retries=0))
    return partial_from(Input("text", "text", content=data), loader) and ""


def _small_catalog() -> Any:
    def few(release: Release) -> Release:
        return replace(release, options=dict(islice(release.options.items(), 3)))

    newest = [few(catalog.nearest(version)) for version in catalog.versions()[-2:]]
    return json.loads(document.dump(newest))


def _yaml(seed: Any) -> st.SearchStrategy[bytes]:
    text = yaml.safe_dump(seed, sort_keys=False)
    return documents(seed, lambda value: yaml.safe_dump(value, sort_keys=False)) | texts((text,))


def _of_house() -> Iterator[tuple[str, Reader]]:
    yield (
        "confaudit.yaml",
        Reader(
            _yaml(seeds.CONFIGURATION),
            lambda data: configfile.parse(data, Path("confaudit.yaml")) and "",
        ),
    )
    yield "policy", Reader(_yaml(seeds.POLICY), lambda data: _policy(data) and "")
    yield (
        "exceptions",
        Reader(
            _yaml(seeds.EXCEPTIONS),
            lambda data: exceptions.read(data, "exceptions") and "",
        ),
    )
    yield "template", Reader(texts((seeds.TEMPLATE,)), _template)


def readers() -> dict[str, Reader]:
    """All readers by their names."""
    siblings, whole = _siblings(), json.dumps(seeds.ANSWER)
    return {
        **dict(_of_forms()),
        "answer": Reader(documents(seeds.ANSWER) | texts((whole,)), _answer),
        "answers beside it": Reader(trees(siblings), _answers),
        "support bundle": Reader(trees(siblings), _bundle),
        "refusal": Reader(
            st.tuples(
                st.sampled_from((301, 307, 400, 401, 403, 404, 429, 500, 502)),
                documents(
                    {
                        "message": "no",
                        "detail": "why",
                        "validations": [{"field": "a", "detail": "b"}],
                    }
                ),
                texts(("https://sso.example.com/login?next=%2F",)),
            ),
            _refused,
        ),
        "page of the docs": Reader(texts(_of_folder("sources")), _page),
        "saved report": Reader(documents(json.loads(_of_folder("reports")[-1])), _saved),
        "stored snapshot": Reader(_damaged(), _stored),
        **dict(_of_house()),
        "catalogue": Reader(
            documents(_small_catalog()), lambda data: document.load(data, "own") and ""
        ),
        "document of a release": Reader(texts(_of_folder("importers")), _partial),
        "words for a revision": Reader(
            texts(
                (
                    "prod@{2 weeks ago}",
                    "yesterday:prod",
                    "2026-01-05T10:00:00+02:00",
                    "last-upgrade",
                    "13 months ago",
                )
            ),
            _words,
        ),
    }
