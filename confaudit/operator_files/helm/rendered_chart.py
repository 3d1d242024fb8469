"""Manifests that Coder's chart made: what the chart itself set there is not the operator's.

`helm get manifest`, `helm template` and what runs in a cluster show the variables of the chart and
of its values in one list. Taken apart, they are what the values were, as far as that shows.
"""

from typing import Final

from msgspec.structs import replace

from confaudit.core.coder.chart import is_charts_own
from confaudit.core.coder.releases import Version
from confaudit.core.given import ChartValue, ChartValues, Holds, OperatorSettings, Position
from confaudit.operator_files.beside import Resource
from confaudit.patterns import regex
from confaudit.yaml_nodes import text_at

_LABEL: Final = "helm.sh/chart"
_OF_CODER: Final = regex(r"coder-(?P<version>\d+\.\d+\.\d+(?:[-_+].*)?)")


def chart_version(workload: Resource) -> str:
    """The version of Coder's chart that made a workload; empty where another or none did."""
    label = text_at(workload.node, "metadata", "labels", _LABEL)
    found = _OF_CODER.fullmatch(label)
    version = found["version"].replace("_", "+") if found else ""
    try:
        return version and str(Version.parse(version))
    except ValueError:
        return ""


def taken_apart(
    listed: OperatorSettings, by_resource: OperatorSettings, version: str, at: Position
) -> OperatorSettings:
    """The variables of a workload that the chart of a version made, without the chart's own."""
    own: dict[str, Position] = {}
    for one in listed.given:
        if one.name not in own and is_charts_own(one, version):
            own[one.name] = one.position
    rest = tuple(one for one in listed.given if own.get(one.name) != one.position)
    names = {one.name for one in rest}
    keys = {
        "coder.tls.secretNames": "CODER_TLS_ENABLE" in own,
        "provisionerDaemon.pskSecretName": "CODER_PROVISIONER_DAEMON_PSK" in own,
        "coder.envUseClusterAccessURL": "CODER_ACCESS_URL" in own or "CODER_ACCESS_URL" in names,
    }
    chart = ChartValues(
        {
            "coder.env": ChartValue(at, Holds.LIST),
            **{key: ChartValue(at, is_on=is_on) for key, is_on in keys.items()},
        },
        by_env_from=frozenset(one.position for one in by_resource.given),
        is_whole=False,
        is_made=True,
    )
    return replace(listed, given=rest, chart=chart)
