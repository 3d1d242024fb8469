"""What the Coder Helm chart itself sets, before `coder.env`; by chart version.

Facts of coder/coder's helm/coder/templates/_coder.tpl. A name that stands in `coder.env` as well
is in the manifest twice (coder/coder#21087).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from confaudit.core.coder.releases import Version
from confaudit.core.given import Channel, Form, Given, GivenState, OperatorSettings, Position


class SetWhen(StrEnum):
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
    when: SetWhen = SetWhen.ALWAYS
    with_tls: str = ""
    """The value with `coder.tls.secretNames`, where that is another."""


_SINCE: Final[tuple[tuple[str, str, ChartSetting], ...]] = (
    ("2.0.0", "CODER_HTTP_ADDRESS", ChartSetting("0.0.0.0:8080")),
    ("2.0.0", "CODER_PROMETHEUS_ADDRESS", ChartSetting("0.0.0.0:2112")),
    (
        "2.0.0",
        "CODER_ACCESS_URL",
        ChartSetting(
            "http://coder.$(NAMESPACE).svc.cluster.local",
            SetWhen.NOT_GIVEN_AND_WANTED,
            with_tls="https://coder.$(NAMESPACE).svc.cluster.local",
        ),
    ),
    ("2.0.0", "KUBE_POD_IP", ChartSetting(None)),
    ("2.0.0", "CODER_DERP_SERVER_RELAY_URL", ChartSetting("http://$(KUBE_POD_IP):8080")),
    ("2.0.0", "CODER_PROVISIONER_DAEMON_PSK", ChartSetting(None, SetWhen.PSK)),
    ("2.0.0", "CODER_TLS_ENABLE", ChartSetting("true", SetWhen.TLS)),
    ("2.0.0", "CODER_TLS_ADDRESS", ChartSetting("0.0.0.0:8443", SetWhen.TLS)),
    ("2.0.0", "CODER_TLS_CERT_FILE", ChartSetting(None, SetWhen.TLS)),
    ("2.0.0", "CODER_TLS_KEY_FILE", ChartSetting(None, SetWhen.TLS)),
    ("2.25.0", "CODER_PROMETHEUS_ADDRESS", ChartSetting("0.0.0.0:2112", SetWhen.NOT_GIVEN)),
    ("2.25.0", "CODER_PPROF_ADDRESS", ChartSetting("0.0.0.0:6060", SetWhen.NOT_GIVEN)),
    ("2.35.0", "CODER_CLUSTER_HOST", ChartSetting(None)),
)
"""First chart version, name, setting; a later line for the same name replaces an earlier one."""


def chart_environment(version: str) -> Mapping[str, ChartSetting]:
    """The variables that the chart of a version (2.0.0 or newer) sets, by name."""
    wanted = Version.parse(version)
    return {name: setting for since, name, setting in _SINCE if Version.parse(since) <= wanted}


def with_chart(operator: OperatorSettings, version: str) -> OperatorSettings:
    """The inputs, and before them what the chart of a version adds; others stay as they are.

    `coder.env` comes later in the manifest, and so wins where a name stands in it twice.
    """
    if not operator.chart_values:
        return operator
    tls = _is_on(operator, _TLS)
    added = tuple(
        _given(name, (tls and setting.with_tls) or setting.value)
        for name, setting in chart_environment(version).items()
        if _applies(name, setting.when, operator)
    )
    return replace(operator, given=(*added, *operator.given))


def _applies(name: str, when: SetWhen, operator: OperatorSettings) -> bool:
    match when:
        case SetWhen.ALWAYS:
            return True
        case SetWhen.NOT_GIVEN:
            return not _names(operator, name)
        case SetWhen.NOT_GIVEN_AND_WANTED:
            wanted = not _ends(operator.chart_off, "envUseClusterAccessURL")
            return wanted and not _names(operator, name)
        case SetWhen.TLS:
            return _is_on(operator, _TLS)
        case SetWhen.PSK:
            return _is_on(operator, "provisionerDaemon.pskSecretName")


def _names(operator: OperatorSettings, name: str) -> bool:
    return any(one.channel is Channel.ENV and one.name == name for one in operator.given)


_TLS: Final = "tls.secretNames"


def _is_on(operator: OperatorSettings, key: str) -> bool:
    return _ends(operator.chart_values.keys() - operator.chart_off, key)


def _ends(paths: Iterable[str], key: str) -> bool:
    return any(path == key or path.endswith(f".{key}") for path in paths)


def _given(name: str, value: str | None) -> Given:
    """The cluster fills in `$(NAME)`; what depends on it otherwise is known to be set, no more."""
    literal = value is not None and "$(" not in value
    return Given(
        channel=Channel.ENV,
        name=name,
        state=GivenState.LITERAL if literal else GivenState.UNRESOLVED,
        position=Position("the Helm chart", 1),
        form=Form.HELM_VALUES,
        value=value if literal else None,
        prefix=(value or "").partition("$(")[0],
    )
