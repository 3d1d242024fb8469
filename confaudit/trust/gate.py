"""The one place that decides whether confaudit.yaml gets what it asks of this machine.

Whatever runs a command, reads a token or sends one asks here first. Nobody is ever asked back:
what is not trusted fails with the step to take.
"""

import shlex
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import ClassVar

from confaudit.configfile import Deployment, Loaded
from confaudit.core.text.wording import visible
from confaudit.errors import ConfigError
from confaudit.reticent import Reticent
from confaudit.transport.address import origin
from confaudit.trust.claims import (
    Claim,
    claims,
    deployment_claim,
    notification_claim,
    whole_folder,
)
from confaudit.trust.ledger import trusted_ids


class Gate(Reticent, frozen=True, dict=True):
    """What a confaudit.yaml may have."""

    unsaid: ClassVar = frozenset({"environ"})

    loaded: Loaded
    is_named: bool
    """Whether somebody named the file, which says that they know it."""
    ledger: Path | None
    """Where it is kept what is trusted; None where nothing can be."""
    environ: Mapping[str, str]
    url: str = ""
    """The deployment that the command line or the environment names."""
    token_file: str = ""
    """The file with a token that the command line names."""

    def check_token(self, name: str, deployment: Deployment, base: str) -> None:
        """Let the token of a deployment be found, and be sent to a checked URL.

        `deployment` is as it will be asked: the command line goes before confaudit.yaml.

        Raises:
            ConfigError: confaudit.yaml alone says so, and it is not trusted.
        """
        if name not in self.loaded.configuration.deployments or self._is_free:
            return
        deed = next(self._deeds(deployment, base), "")
        if deed and not self.trusts(deployment_claim(self.loaded, name)):
            raise self._refusal(("deployments", name), deed)

    def check_notification(self, name: str) -> None:
        """Let a notification find its secrets, and go out.

        Raises:
            ConfigError: confaudit.yaml is not trusted with it.
        """
        if not self.trusts(notification_claim(self.loaded, name)):
            raise self._refusal(("notifications", name), "run a program or to tell anybody")

    def trusts(self, claim: Claim) -> bool:
        """Whether somebody has agreed to what is asked."""
        return self._is_free or claim.id in self._ids

    def untrusted(self) -> list[Claim]:
        """What is asked that nobody has agreed to."""
        return [one for one in claims(self.loaded) if not self.trusts(one)]

    @property
    def step(self) -> str:
        """What to do about it."""
        if self.environ.get("CI") not in (None, "", "false", "0"):
            return (
                "in CI set CODER_URL to your server, which may then have the token, or, unless "
                "strangers can change the file, name it with --config (CONFAUDIT_CONFIG)"
            )
        folder = visible(shlex.quote(str(self.loaded.folder)))
        where = "" if self.loaded.folder == Path.cwd() else f" --repo {folder}"
        return f"read it, then run `confaudit trust{where}` once as this user"

    def _deeds(self, deployment: Deployment, base: str) -> Iterator[str]:
        """What takes trust, of what will be done."""
        if deployment.token_command:
            yield "run a command"
        if deployment.token_file not in ("", self.token_file) and self._is_outside(deployment):
            yield "read a token outside its folder"
        if deployment.ca_file:
            yield "name an authority for certificates"
        if not self.url or origin(base) != origin(self.url):
            yield f"have a token sent to {visible(origin(base))}"

    def _is_outside(self, deployment: Deployment) -> bool:
        folder = self.loaded.folder.resolve()
        return not (folder / deployment.token_file).resolve().is_relative_to(folder)

    @cached_property
    def _is_free(self) -> bool:
        """Whether it gets whatever it asks."""
        folder = self.loaded.folder.resolve()
        return self.is_named or any(
            whole_folder(one) in self._ids for one in (folder, *folder.parents)
        )

    @cached_property
    def _ids(self) -> frozenset[str]:
        return trusted_ids(self.ledger)

    def _refusal(self, keys: tuple[str, str], deed: str) -> ConfigError:
        return ConfigError(f"{self.loaded.place(*keys)}: it is not trusted to {deed}", self.step)
