"""What the Coder Helm chart itself sets, before `coder.env`; by chart version.

Facts of coder/coder's helm/coder/templates/_coder.tpl. A name that stands in `coder.env` as well
is in the manifest twice (coder/coder#21087).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from confaudit.core.inputs import Channel, Form, Given, Inputs, Position, State
from confaudit.core.releases import Version


class When(StrEnum):
    """The condition on which the chart sets a variable."""

    ALWAYS = "always"
    NOT_GIVEN = "not-given"
    """Only when `coder.env` has no such name."""
    NOT_GIVEN_AND_WANTED = "not-given-and-wanted"
    """As before, and `coder.envUseClusterAccessURL` is not false."""
    TLS = "tls"
    """Only with `coder.tls.secretNames`."""
    PSK = "psk"
    """Only with `provisionerDaemon.pskSecretName`."""


@dataclass(frozen=True, slots=True)
class ChartSetting:
    """One variable of the chart."""

    value: str | None
    """None: set, to what depends on the cluster or the values."""
    when: When = When.ALWAYS


_SINCE: Final[tuple[tuple[str, str, ChartSetting], ...]] = (
    ("2.0.0", "CODER_HTTP_ADDRESS", ChartSetting("0.0.0.0:8080")),
    ("2.0.0", "CODER_PROMETHEUS_ADDRESS", ChartSetting("0.0.0.0:2112")),
    ("2.0.0", "CODER_ACCESS_URL", ChartSetting(None, When.NOT_GIVEN_AND_WANTED)),
    ("2.0.0", "KUBE_POD_IP", ChartSetting(None)),
    ("2.0.0", "CODER_DERP_SERVER_RELAY_URL", ChartSetting("http://$(KUBE_POD_IP):8080")),
    ("2.0.0", "CODER_PROVISIONER_DAEMON_PSK", ChartSetting(None, When.PSK)),
    ("2.0.0", "CODER_TLS_ENABLE", ChartSetting("true", When.TLS)),
    ("2.0.0", "CODER_TLS_ADDRESS", ChartSetting("0.0.0.0:8443", When.TLS)),
    ("2.0.0", "CODER_TLS_CERT_FILE", ChartSetting(None, When.TLS)),
    ("2.0.0", "CODER_TLS_KEY_FILE", ChartSetting(None, When.TLS)),
    ("2.25.0", "CODER_PROMETHEUS_ADDRESS", ChartSetting("0.0.0.0:2112", When.NOT_GIVEN)),
    ("2.25.0", "CODER_PPROF_ADDRESS", ChartSetting("0.0.0.0:6060", When.NOT_GIVEN)),
    ("2.35.0", "CODER_CLUSTER_HOST", ChartSetting(None)),
)
"""First chart version, name, setting; a later line for the same name replaces an earlier one."""


def chart_environment(version: str) -> Mapping[str, ChartSetting]:
    """The variables that the chart of a version (2.0.0 or newer) sets, by name."""
    wanted = Version.parse(version)
    return {name: setting for since, name, setting in _SINCE if Version.parse(since) <= wanted}


def with_chart(inputs: Inputs, version: str) -> Inputs:
    """The inputs, and before them what the chart of a version adds; others stay as they are.

    `coder.env` comes later in the manifest, and so wins where a name stands in it twice.
    """
    if not inputs.chart_values:
        return inputs
    added = tuple(
        _given(name, setting)
        for name, setting in chart_environment(version).items()
        if _applies(name, setting.when, inputs)
    )
    return replace(inputs, given=(*added, *inputs.given))


def _applies(name: str, when: When, inputs: Inputs) -> bool:
    match when:
        case When.ALWAYS:
            return True
        case When.NOT_GIVEN:
            return not _names(inputs, name)
        case When.NOT_GIVEN_AND_WANTED:
            return not _names(inputs, name) and not _has(inputs, "envUseClusterAccessURL")
        case When.TLS:
            return _has(inputs, "tls.secretNames")
        case When.PSK:
            return _has(inputs, "provisionerDaemon.pskSecretName")


def _names(inputs: Inputs, name: str) -> bool:
    return any(one.channel is Channel.ENV and one.name == name for one in inputs.given)


def _has(inputs: Inputs, key: str) -> bool:
    return any(path.endswith(f".{key}") or path == key for path in inputs.chart_values)


def _given(name: str, setting: ChartSetting) -> Given:
    """The cluster fills in `$(NAME)`; what depends on it otherwise is known to be set, no more."""
    literal = setting.value is not None and "$(" not in setting.value
    return Given(
        channel=Channel.ENV,
        name=name,
        state=State.LITERAL if literal else State.UNRESOLVED,
        position=Position("the Helm chart", 1),
        form=Form.HELM_VALUES,
        value=setting.value if literal else None,
        prefix=(setting.value or "").partition("$(")[0],
    )
