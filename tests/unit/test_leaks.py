"""What stored files still hold: found by where it is, and not what was replaced already."""

import json

from confaudit.core.snapshot.leaks import NAME, WHOLE, leaks
from tests.tables import every_row

TOKEN = "ghp_plantedSecret012345678901234567890AB"

LEAKS = [
    # a file, what it says, and where secrets are
    ("settings.json", {"settings": {"a": {"value": f"x {TOKEN} y"}}}, ("a",)),
    ("settings.json", {"settings": {"oidc-client-secret": {"value": 7}}}, ("oidc-client-secret",)),
    ("settings.json", {"settings": {"client-secret": {"value": "v"}}}, ("client-secret",)),
    ("settings.json", {"settings": {"a": {"value": ["x", TOKEN]}}}, ("a.value.2",)),
    ("settings.json", {"settings": {TOKEN: {"value": 1}}}, (NAME,)),
    ("settings.json", {"settings": {"a": {"value": "REDACTED"}}}, ()),
    ("settings.json", {"settings": {"oidc-client-secret": {"value": "REDACTED"}}}, ()),
    ("settings.json", {"settings": {"oidc-client-secret": {"value": {"secret_set": True}}}}, ()),
    ("config.json", {"config": {"scim_api_key": "v"}}, ("scim_api_key",)),
    ("config.json", {"config": {"a": 1, "b": {"password": "w"}}}, ("b.password",)),
    ("config.json", {"config": {"url": "https://u:REDACTED@h/p"}}, ()),
    ("config.json", {"config": {"url": "https://u:v@h/p"}}, ("url",)),
    ("config.json", {"config": {"note": "password=REDACTED; token=v"}}, ("note",)),
    ("config.json", {"config": {"note": "token=v; password=REDACTED"}}, ("note",)),
    ("config.json", {"config": {"note": "token=REDACTED, password=REDACTED."}}, ()),
    ("server.json", {"siblings": {"x": {"auth": f"Bearer {TOKEN}"}}}, ("x.auth",)),
    ("server.json", f"cut off {TOKEN}", (WHOLE,)),
    ("server.json", "cut off", ()),
    ("server.json", "[" * 100_000, ()),
]  # fmt: skip


@every_row(("file", "said", "places"), LEAKS)
def test_a_secret_is_told_by_where_it_is(file: str, said: object, places: tuple[str, ...]) -> None:
    text = said if isinstance(said, str) else json.dumps(said)
    assert leaks(file, text) == places
