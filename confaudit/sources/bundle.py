"""A support bundle (`coder support bundle`): the zip that operators send to support.

Only members below `deployment/` are opened: agent, workspace and log members hold user data. The
CLI that made it decoded everything into its own types first, so what it did not know is lost.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import TYPE_CHECKING, Final

from confaudit.core.coder import endpoints
from confaudit.core.model import Fidelity, Json, RawDeployment
from confaudit.errors import SourceError
from confaudit.patterns import regex
from confaudit.sources.input import Input, SourceContext
from confaudit.sources.payload import WITHOUT_SETTINGS, has_settings
from confaudit.sources.wire import (
    WireError,
    decode_json,
    decode_text,
    documented_version,
    version_of,
)

if TYPE_CHECKING:
    from zipfile import ZipFile, ZipInfo

NOT_IN_BUNDLE: Final = "not in the bundle"
MAX_MEMBER_BYTES: Final = 16 * 1024 * 1024
"""Largest member after decompression."""

_ENDPOINTS: Final = {
    "buildinfo": "buildinfo.json",
    "experiments": "experiments.json",
    "entitlements": "entitlements.json",
    "debug/health": "health.json",
    "debug/health/settings": "health_settings.json",
}
_CONFIG: Final = regex(r"((?:[^/]+/)?deployment/)config\.json")
_FIRST_RELEASE: Final = datetime(2023, 8, 1, tzinfo=UTC)
"""Of Coder 2; Go's zip writer leaves the date at 1980 unless told otherwise."""


def recognise(given: Input) -> bool:
    """Whether the content is a zip file."""
    return (given.content or b"").startswith((b"PK\x03\x04", b"PK\x05\x06"))


def read(given: Input, context: SourceContext) -> RawDeployment:
    """Read the deployment's part of the bundle.

    Raises:
        SourceError: the zip is damaged, encrypted or a bomb, or holds no configuration.
    """
    import zipfile  # most inputs are no bundles
    import zlib

    try:
        with zipfile.ZipFile(BytesIO(given.content or b"")) as bundle:
            return _deployment(bundle, given.label, context.now())
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError):
        raise SourceError(
            f"{given.label} is a damaged zip file", "copy it again, or make a new bundle"
        ) from None


def _deployment(bundle: "ZipFile", label: str, now: datetime) -> RawDeployment:
    folder = _folder(bundle, label)
    config = _required(bundle, f"{folder}config.json", label)
    answers = dict(_answers(bundle, folder, label))
    odd = {name for name, answer in answers.items() if not endpoints.is_expected(name, answer)}
    buildinfo = answers.get("buildinfo")
    version = version_of(buildinfo.get("version")) if isinstance(buildinfo, dict) else ""
    return RawDeployment(
        payload=config,
        endpoints={name: answer for name, answer in answers.items() if name not in odd},
        unavailable=_untold(answers) | dict.fromkeys(odd, endpoints.UNEXPECTED),
        fidelity=Fidelity.LOSSY,
        label=label,
        version=version or documented_version(config),
        taken_at=_newest_date(bundle, folder, now),
    )


def _folder(bundle: "ZipFile", label: str) -> str:
    """The path of `deployment/`: at the top, or below the one folder the bundle was packed in."""
    found = {match[1] for name in bundle.namelist() if (match := _CONFIG.fullmatch(name))}
    if "deployment/" in found:
        return "deployment/"
    if len(found) == 1:
        return found.pop()
    raise SourceError(
        f"{label} is a zip file, but no Coder support bundle",
        "make one with `coder support bundle` (Coder 2.9 or newer)",
    )


def _required(bundle: "ZipFile", member: str, label: str) -> dict[str, Json]:
    try:
        answer = _member(bundle, member, label)
    except WireError as error:
        raise SourceError(f"the configuration in {label} {error}", "make a new bundle") from None
    config = answer.get("config") if isinstance(answer, dict) else None
    options = answer.get("options") if isinstance(answer, dict) else None
    if not isinstance(config, dict) or not isinstance(options, list):
        raise SourceError(
            f"the bundle {label} holds no deployment configuration",
            "let a user with the Auditor or Owner role make the bundle",
        )
    if not has_settings(options):
        raise SourceError(f"{label} {WITHOUT_SETTINGS}", "make a new bundle")
    return {"config": config, "options": options}


def _answers(bundle: "ZipFile", folder: str, label: str) -> Iterator[tuple[str, Json]]:
    for name, file in _ENDPOINTS.items():
        try:
            answer = _member(bundle, folder + file, label)
        except WireError:
            continue  # one broken section does not spoil the others
        if answer is not None:
            yield name, answer


def _untold(answers: Mapping[str, Json]) -> dict[str, str]:
    every = (row.name for row in endpoints.ENDPOINTS.values() if not row.per_organization)
    return {name: NOT_IN_BUNDLE for name in every if name not in answers}


def _member(bundle: "ZipFile", name: str, label: str) -> Json:
    """Decode one member; None when it is missing or the bundle's maker could not read it."""
    import zipfile

    try:
        info = bundle.getinfo(name)
    except KeyError:
        return None
    if info.flag_bits & 1:
        raise SourceError(f"{label} is an encrypted zip file", "unpack it and zip it without")
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise zipfile.BadZipFile  # Coder's bundles have no others
    with bundle.open(info) as member:
        content = member.read(MAX_MEMBER_BYTES + 1)
    if len(content) > MAX_MEMBER_BYTES:
        raise SourceError(
            f"{label} holds a section larger than {MAX_MEMBER_BYTES // 1024**2} MiB",
            "no part of a deployment's configuration is that large: make a new bundle",
        )
    return decode_json(decode_text(content))


def _newest_date(bundle: "ZipFile", folder: str, now: datetime) -> datetime | None:
    """The newest plausible date below `deployment/`. Zip dates carry no zone: read as UTC."""
    dates = (_date(info) for info in bundle.infolist() if info.filename.startswith(folder))
    plausible = [date for date in dates if date and _FIRST_RELEASE < date < now + timedelta(days=1)]
    return max(plausible, default=None)


def _date(info: "ZipInfo") -> datetime | None:
    try:
        return datetime(*info.date_time, tzinfo=UTC)
    except ValueError:  # a month 0 is what an unset date looks like
        return None
