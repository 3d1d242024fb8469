"""Good documents that edits begin from."""

from typing import Final

TEXTS: Final = {
    "helm-output": """\
NAME: coder
STATUS: deployed
USER-SUPPLIED VALUES:
coder:
  env:
    - name: CODER_ACCESS_URL
      value: https://coder.example.com
""",
    "helmfile": """\
repositories: [{name: coder, url: https://helm.coder.com/v2}]
releases:
  - name: coder
    chart: coder/coder
    version: 2.30.0
    values:
      - coder: {env: [{name: CODER_ACCESS_URL, value: https://coder.example.com}]}
    set: [{name: coder.replicaCount, value: 2}]
""",
    "chart": """\
apiVersion: v2
name: house
version: 1.0.0
dependencies:
  - {name: coder, version: 2.30.0, repository: https://helm.coder.com/v2, alias: c}
""",
    "ansible": """\
- hosts: coder
  vars: {url: https://coder.example.com}
  tasks:
    - name: server
      community.docker.docker_container:
        image: ghcr.io/coder/coder:v2.30.0
        command: server
        env: {CODER_ACCESS_URL: "{{ url }}", CODER_TELEMETRY_ENABLE: "false"}
    - copy: {dest: /etc/coder.d/coder.env, content: "CODER_VERBOSE=true\\n"}
""",
    "fly": """\
app = "coder"
[build]
  image = "ghcr.io/coder/coder:v2.30.0"
[env]
  CODER_ACCESS_URL = "https://coder.example.com"
""",
    "pipeline": """\
deploy:
  script:
    - helm upgrade --install coder coder-v2/coder --set coder.env[0].name=CODER_ACCESS_URL
        --set coder.env[0].value=https://coder.example.com -f values.yaml
    - docker run -e CODER_VERBOSE=true --env-file=a.env ghcr.io/coder/coder:v2.30.0 server -v
""",
    "variables": """\
CODER_ACCESS_URL: https://coder.example.com
CODER_VERBOSE: "true"
""",
}
"""A file of each form that no twin of tests/data/operator_files has."""

OPTIONS: Final = [
    {
        "name": "Access URL",
        "flag": "access-url",
        "env": "CODER_ACCESS_URL",
        "yaml": "accessURL",
        "value": "https://coder.example.com",
        "value_source": "env",
        "default": "",
        "group": {"name": "Networking", "yaml": "networking"},
        "description": "x",
    },
    {
        "name": "PG",
        "flag": "postgres-url",
        "env": "CODER_PG_CONNECTION_URL",
        "value": "",
        "annotations": {"secret": "true"},
    },
    {
        "name": "Session",
        "flag": "session-duration",
        "env": "CODER_SESSION_DURATION",
        "value": 86400000000000,
        "default": "24h0m0s",
        "value_source": "flag",
        "use_instead": [{"flag": "max-token-lifetime"}],
        "hidden": True,
    },
    {
        "name": "Headers",
        "flag": "proxy-trusted-headers",
        "value": ["X-A"],
        "value_source": "yaml",
        "flag_shorthand": "p",
    },
]
ANSWER: Final = {
    "config": {
        "access_url": {
            "Scheme": "https",
            "Host": "coder.example.com",
            "User": None,
            "ForceQuery": False,
        },
        "oidc": {"client_id": "a", "scopes": ["openid"], "group_mapping": {"a": "b"}},
        "derp": {"server": {"enable": True, "region_id": 999}, "config": {"url": ""}},
        "telemetry": {"enable": True},
        "tls": {"enable": False},
        "session_lifetime": {"default_duration": 86400000000000},
    },
    "options": OPTIONS,
}
CONFIGURATION: Final = {
    "deployments": {
        "prod": {"url": "https://coder.example.com", "token_env": "T", "files": ["a/*.yaml"]},
        "b": {"url": "https://b.example", "token_file": "t"},
    },
    "notifications": {
        "chat": {"kind": "webhook", "url_env": "U", "template": "slack", "deployments": ["prod"]},
        "mail": {"kind": "email", "host": "h", "from": "a@b.example", "to": ["b@b.example"]},
        "own": {"kind": "exec", "command": ["./tell"], "level": "warning"},
    },
    "timeout": 30,
    "retries": 2,
}
POLICY: Final = {
    "rules": [
        {
            "id": "our-access",
            "forbid": {"option": "access-url", "matches": "^https://other"},
            "when": {
                "all": [{"option": "verbose", "equals": True}, {"not": {"form": ["compose"]}}]
            },
            "level": "warning",
            "title": "Not ours",
            "fix": ["say so"],
            "deployments": ["prod*"],
        },
        {"id": "our-tls", "require": {"option": "tls-enable", "is": "set"}},
    ],
    "levels": {"new-option": "info"},
    "differences": [{"option": "oidc-*", "reason": "each has its own"}],
}
EXCEPTIONS: Final = {
    "ignore": [{"rule": "new-*", "option": "oidc-*", "reason": "not used", "owner": "ops"}],
    "accept": [{"fingerprint": "0123456789ab", "reason": "known", "expires": "2027-01-31"}],
    "annotate": [{"option": "access-url", "note": "of the team", "until_version": "2.40.0"}],
}
TEMPLATE: Final = """\
{% macro line(text) -%} {{ text | upper }} {%- endmacro %}
{% for change in report.changes if change %}
{{ change.name | tojson }}: {{ line(change.after) }} {{ change["before"] | default("-", true) }}
{% else %} nothing {% endfor %}{% set ns = namespace(n=0) %}{{ "%s" | format(report.title) }}
"""
