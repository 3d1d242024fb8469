"""The server's own YAML (`--config`): dotted paths and the text of each scalar.

As the server does it: the first document counts, a path may be written twice and the last one
wins, anchors and merge keys mean nothing.
"""

from collections.abc import Iterator
from collections.abc import Sequence as Sequence_
from typing import Final

from msgspec.structs import replace

from confaudit.core.given import Channel, Form, Given, GivenState, OperatorSettings
from confaudit.core.model import Json
from confaudit.errors import SourceError
from confaudit.operator_files.beside import Beside
from confaudit.operator_files.file import OperatorFile
from confaudit.operator_files.reader import Reader
from confaudit.operator_files.settings import SettingsBlock
from confaudit.operator_files.substitution import TEMPLATED
from confaudit.patterns import regex
from confaudit.yaml_nodes import Alias, Mapping, Node, Scalar, Sequence, fault_of

GROUPS: Final = frozenset(
    [
        "networking",
        "introspection",
        "oauth2",
        "oidc",
        "provisioning",
        "client",
        "notifications",
        "email",
        "telemetry",
        "aibridge",
        "aibridgeproxy",
        "ai_gateway",
        "ai_gateway_proxy",
        "workspace_prebuilds",
        "retention",
        "chat",
        "templateBuilder",
        "userQuietHoursSchedule",
        "experiments",
        "updateCheck",
        "supportLinks",
        "externalAuthProviders",
        "enableSwagger",
        "sshKeygenAlgorithm",
        "cacheDir",
        "pgAuth",
        "disablePathApps",
        "disableOwnerWorkspaceAccess",
        "autobuildPollInterval",
        "termsOfServiceURL",
        "agentFallbackTroubleshootingURL",
        "wgtunnelHost",
    ]
)
"""Top-level keys of the server's YAML in any release, of those that nothing else has."""

MAPS: Final = frozenset(
    [
        "oidc.authURLParams",
        "oidc.groupMapping",
        "oidc.userRoleMapping",
        "oidc.organizationMapping",
        "ai",
    ]
)
"""Options whose value is a map; every other map is a group of options."""

_DOCS: Final = regex(r".*@v(\d+\.\d+\.\d+)")


def recognise(file: OperatorFile) -> bool:
    """Whether a top-level key is one of the server's."""
    roots = file.yaml.roots if file.yaml else ()
    root = roots[0] if roots else None
    return isinstance(root, Mapping) and any(
        isinstance(key, Scalar) and key.text in GROUPS for key, _ in root.pairs
    )


def named(given: Sequence_[Given]) -> Given | None:
    """The setting that names the server's YAML: of several the last."""
    found = [one for one in given if one.name in _NAMES.get(one.channel, ())]
    return found[-1] if found else None


_NAMES: Final = {Channel.ENV: ("CODER_CONFIG_PATH",), Channel.FLAG: ("config", "c")}


def read(file: OperatorFile, _: Beside) -> tuple[OperatorSettings, ...]:
    """Read the file as the server would.

    Raises:
        SourceError: it is no YAML, or no map of options.
    """
    if file.yaml is None:
        line = file.at(fault_of(file.text) or 0).line
        raise SourceError(
            f"{file.name} is no YAML at line {line}",
            "mend it: the server would not start with it",
        )
    root = file.yaml.roots[0] if file.yaml.roots else Mapping(0)
    if not isinstance(root, Mapping):
        raise SourceError(
            f"{file.name} is no map of options",
            "compare it with what `coder server --write-config` prints",
        )
    form = Form.TEXT if file.templated else Form.SERVER_YAML
    given = tuple(_options(root, "", SettingsBlock(file, form, channel=Channel.YAML)))
    return (OperatorSettings(given=given, version=_written_by(given), forms=(form,)),)


def _written_by(given: tuple[Given, ...]) -> str:
    """`--write-config` writes out the address of its own release's documentation."""
    for one in given:
        match = _DOCS.fullmatch(one.value or "") if one.name == "networking.docsURL" else None
        if match:
            return match[1]
    return ""


def _options(mapping: Mapping, path: str, place: SettingsBlock) -> Iterator[Given]:
    for key, node in mapping.pairs:
        if not isinstance(key, Scalar):
            continue
        name = f"{path}{key.text}"
        if isinstance(node, Mapping) and node.pairs and name not in MAPS:
            yield from _options(node, f"{name}.", place)
        else:
            yield _option(name, key.line, node, place)


def _option(name: str, line: int, node: Node, place: SettingsBlock) -> Given:
    if isinstance(node, Scalar):
        return place.text(name, node.text, line, TEMPLATED.read)
    try:
        return replace(place.given(name, GivenState.LITERAL, line), structure=_json(node))
    except _AliasFound:
        return place.given(name, GivenState.MALFORMED, line)


class _AliasFound(Exception):  # noqa: N818 - says so, and ends here
    """The server refuses an alias for an option; one inside may repeat itself without end."""


def _json(node: Node) -> Json:
    if isinstance(node, Alias):
        raise _AliasFound
    if isinstance(node, Scalar):
        return None if node.plain and node.text in ("", "~", "null") else node.text
    if isinstance(node, Sequence):
        return [_json(item) for item in node.items]
    pairs = ((key, value) for key, value in node.pairs if isinstance(key, Scalar))
    return {key.text: _json(value) for key, value in pairs}


READER: Final = Reader(recognise, read)
