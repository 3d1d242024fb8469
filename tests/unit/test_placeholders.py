"""What an example left behind, and what only holds such a word: told by how a value reads."""

from confaudit.catalog.loader import packaged
from confaudit.core.judge.audit import audit
from confaudit.core.text.placeholders import (
    holds_placeholder,
    is_elsewhere,
    is_mark,
    stands_for_secret,
)
from confaudit.core.upgrade.situate import situation_of
from confaudit.operator_files import read_env_file
from tests.tables import every_row

NO_SECRETS = """
CHANGE_ME changeme ChangeMe xxx XXXXXXXX **** ... TODO PLACEHOLDER replace-me <password>
[your token]|your secret|your secret here|YOUR_CLIENT_SECRET|yourSecret|to be set|example-secret
ADD YOUR POSTGRES CONNECTION STRING HERE|put your password here!|insert-token-here|set-by-ci
REPLACE_WITH_SECRET|REPLACE_WITH_OAUTH2_SECRET|filled in automatically|"change this"
postgres://<user>:<password>@<host>/coder|postgres://coder:CHANGE_ME@db/coder
postgres://USER:PASSWORD@HOST:5432/DBNAME|postgres://coder:changeme@db:5432/coder?sslmode=disable
%SECRET% @@SECRET@@ __DB_PASSWORD__ {secret} %(secret)s … XXXX-XXXX sk-... ghp_xxxxxxxxxxxx
GOCSPX-**** REDACTED (redacted) none null N/A yourpassword fillmein postgres://coder:%PW%@db/coder
host=db user=coder password=CHANGE_ME dbname=coder|password='your secret' host=db
"""
SECRETS = """
Exchange2024! change-Me9$kf2 Xchangeme42 changeme123 p@ss!word#here s3cret-here hunter2
password secret kJhGfDsAqW hereafter yoursincerely7x correct-horse-battery-staple sk-your-key-1aB2
postgres://coder:coder@db/coder postgres://u:change-Me9@db/c postgres://u:p@DBHOST/coder
postgres://u:PASSWORD@db/coder AgBy3i4OJSWK+PiTySYZZA== __x9F__a %4sEc% {9fK2} sk-ant-x1y2 none4me
user=coder password=hunter2 host=db|host=db password='a b' user=coder
"""
ELSEWHERE = """
vault:secret/data/coder#key >>vault:secret/data/x#y arn:aws:secretsmanager:eu-west-1:1:secret:x
projects/1/secrets/x/versions/latest gcp:secretmanager:x env:OIDC_SECRET /run/secrets/oidc $(SECRET)
postgres://coder:$(DB_PASSWORD)@db/coder|$(cat /run/secrets/oidc)|host=db password=$(PW) user=coder
"""
HOLD = """
https://ide.<your-domain> http://xxx.xxx.xxx.xxx:7080 changeme your-client-id REPLACE_WITH_ID
https://your-company.okta.com https://YOUR_TENANT.auth0.com <client-id> yourdomain.com
xxx.apps.googleusercontent.com https://placeholder.example.com https://%DOMAIN% https://{domain}
https://__DOMAIN__ coder.@DOMAIN@
"""
HOLD_NOT = """
https://exxon.example.com maxx a<b todos.example.com example-group yours do-it-yourself
Coder<noreply@example.com> (?P<g>a) (?<g>a) https://coder.example.com mail.example.com [fd00::1]:25
exchange.example.com openid,profile,email ${domain} {{domain}} [a-z]{2}
https://x.com/a%20B%20C me@X.ORG {"access_type":"offline"}
"""


def listed(text):
    return [
        one
        for line in text.strip().splitlines()
        for one in line.split("|" if "|" in line else None)
    ]


@every_row(
    ("question", "answer", "texts"),
    [
        (stands_for_secret, True, NO_SECRETS),
        (stands_for_secret, False, SECRETS),
        (stands_for_secret, False, ELSEWHERE),
        (is_elsewhere, True, ELSEWHERE),
        (is_elsewhere, False, SECRETS),
        (holds_placeholder, True, HOLD),
        (holds_placeholder, False, HOLD_NOT),
        (is_mark, True, "<text>|CHANGE_ME|xxx|TODO"),
        (is_mark, False, "Sign in with your Example account|Ask your admin <it@example.com>"),
    ],
)
def test_placeholders_are_known_by_how_they_read(question, answer, texts):
    assert [text for text in listed(texts) if question(text) is not answer] == []


def told(*lines):
    release = packaged().nearest("2.36.0")
    operator = read_env_file("\n".join(lines), "coder.env")
    found = audit(situation_of(None, release, release, operator, packaged()))
    return {one.rule.id: one.message for one in found}


def test_a_placeholder_is_no_credential_and_a_text_for_people_no_placeholder():
    found = told(
        'CODER_OIDC_SIGN_IN_TEXT="Sign in with your Example account"',
        'CODER_PG_CONNECTION_URL="ADD YOUR POSTGRES CONNECTION STRING HERE"',
        'CODER_EMAIL_AUTH_PASSWORD="<password>"',
        'CODER_EXTERNAL_AUTH_0_CLIENT_SECRET="your secret"',
    )
    assert found["placeholder-value"] == (
        "Looks like a placeholder: CODER_PG_CONNECTION_URL, CODER_EMAIL_AUTH_PASSWORD and "
        "CODER_EXTERNAL_AUTH_0_CLIENT_SECRET."
    )
    assert not {"clear-text-secret", "secret-exposed"} & found.keys()


def test_a_password_with_such_a_word_in_it_is_a_credential():
    found = told("CODER_EMAIL_AUTH_PASSWORD=change-Me9$kf2")
    assert {"clear-text-secret", "secret-exposed"} <= found.keys()
    assert "placeholder-value" not in found
    assert "Me9" not in str(found)


def test_only_a_mark_is_a_placeholder_among_texts_for_people():
    assert "placeholder-value" in told("CODER_OIDC_SIGN_IN_TEXT=CHANGE_ME")
    assert "placeholder-value" not in told('CODER_CLI_UPGRADE_MESSAGE="Replace your CLI, todo: x"')
