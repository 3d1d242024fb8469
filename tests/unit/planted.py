"""Credentials to plant: of every kind, in every spelling; none of them was ever one."""

import json
import re
from base64 import b64encode
from hashlib import sha256
from urllib.parse import quote

from confaudit.core.snapshot.credentials.families import FAMILIES

SECRET = "pl4nted-s3cret-0a1b"
"""Not drawn by lot: what stands beside it has to betray it."""
RANDOM = "Zk3vQ9xT7bLm2RwYc8Hn5JdP"
UUID = "3f2504e0-4f89-41d3-9a0c-0305e82c3301"
PEM = f"-----BEGIN PRIVATE KEY-----\n{RANDOM}\n-----END PRIVATE KEY-----"
SESSION = "k7Qz02mXw4-Tr9vB1nY6cLp3HsD8fGj2E"

NAMES = (
    "password", "passwd", "pwd", "pass", "passphrase", "secret", "client_secret", "token",
    "access_token", "api_key", "private_key", "hmac", "salt", "otp", "totp", "pin", "cookie", "dsn",
    "connection_string", "webhook", "license", "license_key", "credentials", "authorization",
    "signing_key", "psk", "jwt", "token_prod", "api_key_2", "password_old", "secret_staging",
    "encryption_key", "bearer", "session_id", "secret_id", "bindpw", "passcode", "recovery_codes",
)  # fmt: skip
SECTIONS = ("cookie", "webhook", "license")
"""Those that are names of settings about such things as well."""


def spellings(name):
    words = name.split("_")
    camel = words[0] + "".join(word.title() for word in words[1:])
    return {name, name.upper(), "-".join(words), camel, f"app.{name}", f"CODER_{name.upper()}"}


IN_TEXT = {
    "assigned": "{name}={secret}",
    "assigned among others": "host=db {name}={secret} sslmode=on",
    "blank before the colon": "{name} : {secret}",
    "quoted": "{name}='{secret} and more'",
    "quotes in quotes": "{name}: 'it''s {secret}'",
    "three quotes": '{name} = """\n{secret}\n"""',
    "line of YAML": "a: b\n  {name}: {secret} and {secret}\nc: d",
    "item of YAML": "a:\n- {name}: {secret}\n  b: c",
    "block of YAML": "a: b\n{name}: |\n  {secret}\n\n  {secret}\nc: d",
    "folded block in a list": "- {name}: >-\n    {secret}\n    {secret}\n- b",
    "list of YAML": "{name}:\n- x{secret}\n- y{secret}\nb: c",
    "JSON": '{{"a": 1, "{name}": "{secret}", "b": 2}}',
    "JSON, a list": '{{"{name}": ["x", ["{secret}"], "{secret}"], "b": 2}}',
    "JSON in JSON": r"{{\"a\": 1, \"{name}\": \"{secret}\"}}",
    "JSON in JSON in JSON": r"{{\\\"{name}\\\":\\\"{secret}\\\"}}",
    "JSON with escapes": r"{{\u0022{name}\u0022:\u0022{secret}\u0022}}",
    "PHP, Ruby": "'{name}' => '{secret}'",
    "option of a command": "nc --{name} {secret} host",
    "option of a command, with =": "nc --{name}={secret} host",
    "options as a list": '["nc", "--{name}", "{secret}"]',
    "environment in a Dockerfile": "ENV {name} {secret}",
    "parameter": "https://h.example/p?a=1&{name}={secret}&b=2",
    "parameter in a fragment": "https://h.example/#{name}={secret}",
    "parameter in HTML": "/p?a=1&amp;{name}={secret}",
    "parameter, encoded": "https://h.example/?next=https%3A%2F%2Fi%2F%3F{name}%3D{secret}",
    "element of XML": "<a><{name}>{secret}</{name}><b>c</b></a>",
    "element of XML below": "<{name} x='1'><value>{secret}</value></{name}>",
    "attributes of XML": '<add name="{name}" value="{secret}" />',
    "element of escaped XML": "&lt;{name}&gt;{secret}&lt;/{name}&gt;",
    "elements of a pair": "<p><name>{name}</name><value>{secret}</value></p>",
    "pair in JSON": '[{{"name": "{name}", "value": "{secret}"}}]',
    "pair in YAML": "- name: {name}\n  value: {secret}",
    "lines with escaped ends": r"a=b\n{name}={secret}\nc=d",
}  # fmt: skip
STRUCTURES = {"JSON, a structure": '{{"{name}": {{"a": {{"b": "x"}}, "c": "{secret}"}}, "b": 2}}'}

QUERIES = (
    "code", "pass", "pwd", "auth", "session", "jwt", "sid", "sig", "signature", "key", "otp", "pin",
    "X-Amz-Signature", "X-Goog-Signature", "access_token", "id_token", "ticket", "SAMLResponse",
    "apikey", "token[0]", "token%5B%5D",
)  # fmt: skip

HOOKS = (
    "https://hooks.slack.com/services/T0001/B0001/{secret}",
    "https://hooks.slack.com/workflows/T0001/A0001/1/{secret}",
    "https://hooks.slack.com/triggers/T0001/1/{secret}",
    "hooks.slack.com/services/T0001/B0001/{secret}",
    "https://discord.com/api/webhooks/1234567890/{secret}",
    "https://discordapp.com/api/v10/webhooks/1234567890/{secret}/slack",
    "https://x.webhook.office.com/webhookb2/{secret}@t/IncomingWebhook/{secret}/u",
    "https://outlook.office.com/webhook/{secret}/IncomingWebhook/x/y",
    "https://x.westeurope.logic.azure.com/workflows/x/triggers/manual/paths/invoke?sv=1.0&sig={secret}",
    "https://api.telegram.org/bot123456:{secret}/sendMessage",
    "https://hooks.zapier.com/hooks/catch/123456/{secret}/",
    "https://hook.eu1.make.com/{secret}",
    "https://maker.ifttt.com/trigger/x/with/key/{secret}",
    "https://events.pagerduty.com/integration/{secret}/enqueue",
    "https://alert.victorops.com/integrations/generic/20131114/alert/{secret}/x",
    "https://open.feishu.cn/open-apis/bot/v2/hook/{secret}",
    "https://open.larksuite.com/open-apis/bot/v2/hook/{secret}",
    "https://oapi.dingtalk.com/robot/send?access_token={secret}",
    "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={secret}",
    "https://hc-ping.com/{secret}",
    "https://webhook.site/{secret}",
    "https://chat.googleapis.com/v1/spaces/x/messages?key={secret}&token={secret}",
    "https://webexapis.com/v1/webhooks/incoming/{secret}",
    "https://ntfy.sh/{secret}",
)
OWN_HOOKS = (
    "https://chat.corp.example/hooks/{secret}",
    "https://chat.corp.example/api/hooks/incoming/{secret}",
    "https://n8n.corp.example/webhook/{secret}",
    "https://git.corp.example/api/v4/webhooks/ab/{secret}/x",
)

FORMS = (
    "http://u:{secret}@proxy:3128",
    "http://{secret}@proxy:3128/x",
    "x=//u:{secret}@h/p",
    "//u:{secret}@h",
    "_https://u:{secret}@h/",
    "postgres://u:a@b/{secret}@db/coder",
    "postgres://u:a//{secret}@db/coder",
    "u:{secret}@tcp(db:3306)/coder",
    "u/{secret}@db",
    "system/{secret}@//db.example.com:1521/x",
    "sqlplus u/{secret}@db.example.com:1521/x",
    "smtp u:{secret}@mail.example.com:587",
    "?b=https%3A%2F%2Fu%3A{secret}%40c&d",
    "https://h/?u=https%253A%252F%252Fu%253A{secret}%2540c",
    "curl -u a:{secret} https://h",
    "curl -u 'a:{secret}' https://h",
    "curl --user a:{secret} h",
    "curl --user=a:{secret} h",
    "curl --proxy-user a:{secret} h",
    '["curl", "-u", "a:{secret}"]',
    "curl -H 'Authorization: Token {secret}'",
    'curl -H "X-Api-Key:{secret}"',
    "machine h login u password {secret}",
    "sshpass -p {secret} ssh h",
    "redis-cli -h h -a {secret} ping",
    "mysqldump -u root -p{secret} db",
    "//registry.example/:_auth={secret}",
    "pass_word={secret}",
    "Authorization: Bearer {secret}",
    "authorization:Bearer {secret}",
    "Authorization: Digest u={secret}",
    "Authorization=Basic {secret},x-scope=a",
    "x-a=b,authorization=Bearer {secret}",
    "Authorization=Basic%20{secret}",
    "Proxy-Authorization: Basic {secret}",
    "Cookie: a=b; coder_session_token={secret}; c={secret}",
    "Set-Cookie: a={secret}; Path=/",
    "X-Auth-Token: {secret}",
    "X-Api-Key={secret},X-Other=1",
    "x-honeycomb-team={secret}",
    "DD-API-KEY: {secret}",
    '["Authorization: Bearer {secret}", "A: b"]',
    '{{"Authorization": ["Bearer {secret}"]}}',
    '{{"key": "Authorization", "value": "Bearer {secret}"}}',
    "Bearer {secret}",
    "https://h.example/p;jsessionid={secret}?a=b",
    "jdbc:oracle:thin:u/{secret}@db.example.com:1521:x",
    "jdbc:sqlserver://h;user=u;password={secret};x=1",
    "redis://:{secret}@h:1",
    "Endpoint=sb://x;SharedAccessKeyName=a;SharedAccessKey={secret};EntityPath=q",
    "AccountKey={secret};EndpointSuffix=x",
    "Server=db;User Id=u;Pwd={secret};",
    "DSN: x; PWD={secret}",
    "user\tann\npassword\t{secret}\nhost\th",
    "| password | {secret} | note |",
    "| `DB_PASSWORD` | `{secret}` |",
    "<tr><td>password</td>\n<td><code>{secret}</code></td></tr>",
    "<dt>Client_Secret</dt><dd>{secret}</dd>",
    "password = <<-EOT\n  x\n  {secret}\n  EOT\nnext = 1",
    "export TOKEN=\"$(cat <<'EOF'\n{secret}\nEOF\n)\"",
    "TOKEN<<EOF\n{secret}\nEOF",
    "token <<EOF\n{secret}",
    "db.example.com:5432:coder:ann:{secret}",
    "# host:port:database:user:password\n*:*:*:ann:a\\:{secret}\nh:6432:d:u:x",
)


def of_letters(letters, length):
    """Text of a class of letters, always the same."""
    allowed = [chr(code) for code in range(33, 127) if re.match(f"[{letters}]", chr(code))]
    pool = [one for one in allowed if one.isalnum()] or allowed
    digest = sha256(letters.encode()).digest() * 4
    return "".join(pool[byte % len(pool)] for byte in digest[:length])


def of_families():
    for family in FAMILIES:
        body = of_letters(family.letters, max(family.shortest, 20))
        for prefix in family.prefixes.split():
            yield prefix + body, body


AROUND = (
    "{}",
    "see {} now",
    "x-{}",
    '"{}"',
    "https://h/?u={}",
    "https%3A%2F%2Fh%2F{}",
    r"a\n{}",
    "a={},b",
)


def texts():
    """Each text with what of it must not be left."""
    yield from of_names()
    yield from of_addresses()
    yield from ((form.format(secret=SECRET), SECRET) for form in FORMS)
    for token, body in (*of_families(), (SESSION, SESSION[11:])):
        yield from ((around.format(token), body) for around in AROUND)
    yield from of_encodings()
    yield from ((pem, RANDOM) for pem in (PEM, PEM.replace("\n", r"\n")))


def of_names():
    for name in NAMES:
        forms = IN_TEXT if name in SECTIONS else IN_TEXT | STRUCTURES
        for spelling in sorted(spellings(name)):
            yield from (
                (form.format(name=spelling, secret=SECRET), SECRET) for form in forms.values()
            )


def of_addresses():
    for query in QUERIES:
        yield f"https://h.example/p?a=1&{query}={SECRET}&b=2", SECRET
        yield f"/p?{query}={SECRET}", SECRET
        yield f"https://h/?next={quote(f'https://i/?{query}={SECRET}', '')}", SECRET
    yield from ((hook.format(secret=SECRET), SECRET) for hook in HOOKS)
    for secret in (RANDOM, UUID):
        yield from ((hook.format(secret=secret), secret) for hook in OWN_HOOKS)
    yield f"https://h/?q={RANDOM}", RANDOM


def of_encodings():
    login = f"https://u:{SECRET}@h/path"
    for inner in (PEM, login, f"user:{SECRET}", json.dumps({"password": SECRET})):
        encoded = b64encode(inner.encode()).decode()
        yield from ((around.format(encoded), encoded[8:40]) for around in AROUND)
