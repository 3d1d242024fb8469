"""Set up a repository of snapshots: commented files to begin with, and a .gitattributes."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from confaudit.errors import ConfigError
from confaudit.store import Repository
from confaudit.workflows.house import EXCEPTIONS
from confaudit.workflows.policy import POLICY
from confaudit.workflows.starters import starter, write_missing

_CONFIGURATION: Final = """\
# confaudit.yaml: which Coder deployments to snapshot, and how.
# Every key is optional; `confaudit config schema` prints the JSON Schema.

deployments:
{deployments}
# timeout: 30            # seconds to wait for one answer of the API
# retries: 4             # further tries after a failed request
# lock_timeout: 60       # seconds to wait for another confaudit at work here
# push: false            # push after every snapshot …
# remote: origin         # … to this git remote

# Secrets are never stored: only whether each is set, and from where. With a key in this
# environment variable, secrets that the server lets slip also get a keyed fingerprint, so
# that a rotation shows. Keep the key out of this repository.
# fingerprint_key_env: CONFAUDIT_FINGERPRINT_KEY
"""

_EXAMPLE: Final = """\
  # prod:                                # the name is the folder: deployments/prod/
  #   url: https://coder.example.com     # the access URL
  #   # The session token of a user with the Auditor role. One of:
  #   token_env: CODER_SESSION_TOKEN     # an environment variable
  #   token_file: /run/secrets/coder     # a file that holds nothing else
  #   token_command: pass show coder     # a command that prints it
  #   ca_file: corporate-ca.pem          # trust this authority too
"""

_DEPLOYMENT: Final = """\
  {name}:                                # the folder: deployments/{name}/
    url: {url}
    # The session token of a user with the Auditor role. One of:
    token_env: CODER_SESSION_TOKEN       # an environment variable
    # token_file: /run/secrets/coder     # a file that holds nothing else
    # token_command: pass show coder     # a command that prints it
    # ca_file: corporate-ca.pem          # trust this authority too
"""

_ATTRIBUTES: Final = """\
# Snapshots are canonical JSON: never convert their line ends.
deployments/** text eol=lf
deployments/*/schema.json linguist-generated
.confaudit/** linguist-generated
"""


@dataclass(frozen=True, slots=True)
class Made:
    """What init wrote, and what was there already."""

    folder: Path
    written: tuple[str, ...]
    kept: tuple[str, ...]


def init(folder: Path, name: str, url: str) -> Made:
    """Make `folder` a repository of snapshots; files that exist are kept as they are.

    Raises:
        StoreError: the folder cannot become a git repository.
        ConfigError: a file cannot be written.
    """
    if bool(name) != bool(url):
        raise ConfigError("a deployment needs both its NAME and --url", "give both, or neither")
    Repository.open(folder, create=True)
    entry = _DEPLOYMENT.format(name=name, url=url) if name else _EXAMPLE
    files = {
        "confaudit.yaml": _CONFIGURATION.format(deployments=entry),
        ".gitattributes": _ATTRIBUTES,
        **starter(EXCEPTIONS),
        **starter(POLICY),
    }
    written = write_missing(folder, files)
    return Made(folder, written, tuple(file for file in files if file not in written))
