"""What the NixOS module `services.coder` makes of its options.

Facts of nixpkgs' nixos/modules/services/web-apps/coder.nix.
"""

from collections.abc import Mapping
from typing import Final

VARIABLES: Final[Mapping[str, str]] = {
    "accessUrl": "CODER_ACCESS_URL",
    "wildcardAccessUrl": "CODER_WILDCARD_ACCESS_URL",
    "tlsCert": "CODER_TLS_CERT_FILE",
    "tlsKey": "CODER_TLS_KEY_FILE",
}
"""Options of the module that become one variable each; `null` sets none."""

LISTEN_ADDRESS: Final = "CODER_ADDRESS", "127.0.0.1:3000"
"""The variable that `listenAddress` becomes, and the option's default."""

DATABASE: Final = "CODER_PG_CONNECTION_URL"
"""Always set, made of the options below `database`."""

TLS: Final = "CODER_TLS_ENABLE"
"""`1` with `tlsCert`, the empty text without."""

OWN: Final = frozenset({*VARIABLES.values(), LISTEN_ADDRESS[0], DATABASE, TLS})
"""What the module sets over `environment.extra`."""
