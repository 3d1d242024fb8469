"""What the Coder Helm chart itself sets, before `coder.env`; by chart version.

Facts of coder/coder's helm/coder/templates/_coder.tpl. A name that stands in `coder.env` as well
is in the manifest twice (coder/coder#21087).
"""

import re
from collections.abc import Collection, Mapping
from enum import StrEnum
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from confaudit.core.coder.releases import Version
from confaudit.core.given import (
    Channel,
    ChartValues,
    Form,
    Given,
    GivenState,
    OperatorSettings,
    Position,
)


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


class ChartSetting(Struct, frozen=True):
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


def is_charts_own(given: Given, version: str) -> bool:
    """Whether an entry of a manifest says what the chart of a version sets itself."""
    setting = chart_environment(version).get(given.name)
    if setting is None:
        return False
    if setting.value is None:
        path = (given.value or "").startswith(_MOUNTED)
        return path or given.state is GivenState.REFERENCE
    texts = [one for one in (setting.value, setting.with_tls) if one]
    if given.state is GivenState.LITERAL:
        return any(re.fullmatch(_pattern(one), given.value or "") for one in texts)
    return any("$(" in one and given.prefix == one.partition("$(")[0] for one in texts)


_MOUNTED: Final = "/etc/ssl/certs/coder/"
"""Where the chart mounts the certificates of `coder.tls.secretNames`."""


def _pattern(value: str) -> str:
    """A value of the chart, in which the cluster has filled something in."""
    return r"[\w.-]+".join(map(re.escape, re.split(r"\$\(\w+\)", value)))


def may_set(name: str, names: Collection[str]) -> bool:
    """Whether the chart of some version may set a variable before a `coder.env` of these names."""
    found = [setting for _, one, setting in _SINCE if one == name]
    yields = {SetWhen.NOT_GIVEN, SetWhen.NOT_GIVEN_AND_WANTED}
    return any(name not in names or setting.when not in yields for setting in found)


def with_chart(operator: OperatorSettings, version: str) -> OperatorSettings:
    """The inputs, and before them what their packaging, or the chart of a version, adds.

    `coder.env` comes later in the manifest, and so wins where a name stands in it twice.
    """
    if operator.preset:
        return replace(operator, given=(*operator.preset, *operator.given))
    if operator.chart is None:
        return operator
    first = [one for one in operator.given if one.position in operator.chart.by_env_from]
    listed = [one for one in operator.given if one.position not in operator.chart.by_env_from]
    return replace(operator, given=(*first, *added_by_chart(operator, version), *listed))


def added_by_chart(operator: OperatorSettings, version: str) -> tuple[Given, ...]:
    """What the chart of a version adds; nothing where it has no part in the deployment.

    What only values out of sight, or a template, decide on may come to nothing: it is in the state
    of what is taken from somewhere else, if it is there.
    """
    if operator.chart is None:
        return ()
    chart = _Chart(operator.chart, _listed(operator))
    return tuple(
        given
        for name, setting in chart_environment(version).items()
        if (given := chart.given(name, setting))
    )


def _listed(operator: OperatorSettings) -> frozenset[str]:
    """The names in `coder.env`, which are all that the chart looks at."""
    others = operator.chart.by_env_from if operator.chart else frozenset[Position]()
    by_env = (one for one in operator.given if one.channel is Channel.ENV)
    return frozenset(one.name for one in by_env if one.position not in others)


class _Chart(Struct, frozen=True):
    """The chart with its values."""

    values: ChartValues
    listed: frozenset[str]

    def given(self, name: str, setting: ChartSetting) -> Given | None:
        """The variable as the chart sets it; None where it does not."""
        is_set = self._sets(name, setting.when)
        if is_set is False:
            return None
        found = _given(name, self._value(setting) if is_set else None)
        return found if is_set else replace(found, state=GivenState.PASS_THROUGH)

    def _value(self, setting: ChartSetting) -> str | None:
        if not setting.with_tls:
            return setting.value
        with_tls = self.values.is_on(_TLS)
        return None if with_tls is None else setting.with_tls if with_tls else setting.value

    def _sets(self, name: str, when: SetWhen) -> bool | None:
        match when:
            case SetWhen.ALWAYS:
                return True
            case SetWhen.NOT_GIVEN:
                return self._lacks(name)
            case SetWhen.NOT_GIVEN_AND_WANTED:
                return _both(self._wants_own_url(), self._lacks(name))
            case SetWhen.TLS:
                return self.values.is_on(_TLS)
            case SetWhen.PSK:
                return self.values.is_on(_PSK)

    def _lacks(self, name: str) -> bool | None:
        """Whether `coder.env` has no such name; it may be a list that nobody sees here."""
        is_seen = self.values.is_whole or "coder.env" in self.values.keys
        return name not in self.listed if is_seen else None

    def _wants_own_url(self) -> bool | None:
        """The chart's own value of the key is true."""
        key = "coder.envUseClusterAccessURL"
        value = self.values.keys.get(key)
        return self.values.is_on(key) if value or not self.values.is_whole else True


def _both(one: bool | None, other: bool | None) -> bool | None:
    return False if False in (one, other) else None if None in (one, other) else True


_TLS: Final = "coder.tls.secretNames"
_PSK: Final = "provisionerDaemon.pskSecretName"


def sets_something(chart: ChartValues) -> bool:
    """Whether the values have the chart set more than it does by itself."""
    return any(key in chart.keys and chart.is_on(key) for key in (_TLS, _PSK))


def _given(name: str, value: str | None) -> Given:
    """The cluster fills in `$(NAME)`; what depends on it otherwise is known to be set, no more."""
    literal = value is not None and "$(" not in value
    return Given(
        channel=Channel.ENV,
        name=name,
        state=GivenState.LITERAL if literal else GivenState.UNRESOLVED,
        position=_IN_CHART,
        form=Form.HELM_VALUES,
        value=value if literal else None,
        prefix=(value or "").partition("$(")[0],
    )


_IN_CHART: Final = Position("the Helm chart", 1)


def is_by_chart(given: Given) -> bool:
    """Whether the chart itself sets it: it stands in none of the operator's files."""
    return given.position is _IN_CHART
