"""Which URLs of deployments and of Coder's releases are accepted."""

from typing import Final

from confaudit.transport.address import UrlKind, checked_url

_DEPLOYMENT: Final = UrlKind(
    name="the deployment's URL",
    danger="plain http would send the session token unencrypted over the network",
    hint="give the access URL of the deployment, like https://coder.example.com",
    plain_hint="use https, or set allow_http for this deployment if the network is trusted",
)
_MIRROR: Final = UrlKind(
    name="the URL of Coder's releases",
    danger="over plain http anybody on the way could change Coder's releases",
    hint="give an https URL without anything after its path, or a folder",
)


def base_url(url: str, *, allow_http: bool) -> str:
    """Check a deployment's URL and return it without a final slash.

    Raises:
        ConfigError: it is no http(s) URL, carries credentials, a query or a fragment, or would
            send the token unencrypted to another host.
    """
    return checked_url(url, _DEPLOYMENT, allow_http=allow_http)


def mirror_url(url: str) -> str:
    """Check the URL of a tree of public files and return it without a final slash.

    Raises:
        ConfigError: it is no https URL (plain http to this machine is one), carries credentials,
            a query or a fragment.
    """
    return checked_url(url, _MIRROR)
