"""Ansible playbooks and roles: what they set, text by text."""

import pytest

from confaudit.core.given import Channel, Form
from confaudit.errors import SourceError
from tests.tables import every_row
from tests.unit.file_texts import deployments, settings, told

PLAY = """\
- hosts: all
  vars: {version: 2.30.0, url: "https://a"}
  tasks:
"""


def play(*tasks):
    lines = "\n".join(tasks).splitlines()
    return PLAY + "".join(f"    {line}\n" for line in lines)


CONTAINER = """\
- name: ide
  community.docker.docker_container:
    image: "ghcr.io/coder/coder:v{{ version }}"
    command: server --verbose
    env_file: /etc/c.env
    env:
      CODER_A: "{{ url }}/x"
      CODER_B: "{{ b }}"
"""
RELEASE = """\
- kubernetes.core.helm:
    chart_ref: repo/coder
    chart_version: 2.30.0
    values_files: [v.yaml]
    release_values:
      coder: {env: [{name: CODER_A, value: a}]}
"""
COPY = """\
- copy:
    dest: /etc/c.env
    content: |
      CODER_C=c
- lineinfile: {path: /etc/c.env, line: CODER_D=d}
"""
UNIT = """\
- ansible.builtin.copy:
    dest: /etc/systemd/system/coder.service
    content: |
      [Service]
      EnvironmentFile=/etc/c.env
      Environment=CODER_A=a
      ExecStart=/usr/bin/coder server
"""
COMPOSE = """\
- block:
  - community.docker.docker_compose_v2:
      definition:
        services:
          ide:
            image: ghcr.io/coder/coder:v{{ version }}
            environment: {CODER_A: a}
"""
PLAYS = {
    "a container": (play(CONTAINER), "A=https://a/x B:unresolved --verbose=true unseen"),
    "a container and its file": (
        play(CONTAINER, COPY),
        "C=c D=d A=https://a/x B:unresolved --verbose=true",
    ),
    "a release": (play(RELEASE), "A=a unseen"),
    "a file": (play(COPY), "C=c D=d"),
    "a unit and its file": (play(COPY, UNIT), "A=a C=c D=d"),
    "a compose file in place": (play(COMPOSE), "A=a"),
    "tasks of a role": (CONTAINER, "A:unresolved B:unresolved --verbose=true unseen"),
}


@every_row("case", PLAYS)
def test_playbooks(case):
    text, expected = PLAYS[case]
    operator = settings(text)
    assert " ".join(told(operator)) == expected
    assert operator.forms == (Form.ANSIBLE,)
    for one in operator.given:
        named = one.name if one.channel is Channel.ENV else f"--{one.name}"
        assert named in text.splitlines()[one.position.line - 1]


def test_the_version_in_a_playbook():
    versions = [settings(play(one)).version for one in (CONTAINER, RELEASE, COMPOSE)]
    assert versions == ["2.30.0"] * 3
    assert settings(CONTAINER).version_hint == "a template"


def test_what_else_a_playbook_runs_is_not_read():
    other = CONTAINER.replace("server --verbose", "provisioner start").replace("ide", "runner")
    found = deployments(play(other, COPY))
    assert "external provisioner" in found.notes[0]
    assert settings(play(COPY, "- copy: {dest: x, content: A=b}")).given[0].name == "CODER_C"


RUN = """\
- hosts: all
  tasks:
    - docker_container:
        image: ghcr.io/coder/coder:v{{ coder_version }}
        env: "{{ coder_env }}"
"""
ROLE = """\
- template: {src: c.env.j2, dest: /etc/c.env}
- template: {src: coder.service.j2, dest: /etc/systemd/system/coder.service}
"""
UNIT_TEMPLATE = """\
[Service]
EnvironmentFile=/etc/c.env
ExecStart={{ bin }}/coder server --verbose={{ v | default("x y") }}
{% for k in more %}
Environment="{{ k }}={{ more[k] }}"
{% endfor %}
"""
VARIABLES = "coder_version: 2.30.0\ncoder_env:\n  CODER_A: a\n  CODER_B: '{{ b }}'\n"
SEVERAL = {
    "variables of a group": (
        {"site.yml": RUN, "group_vars/all.yml": VARIABLES},
        "A=a B:unresolved",
    ),
    "variables that hosts dispute": (
        {"site.yml": RUN, "host_vars/a.yml": VARIABLES, "host_vars/b.yml": VARIABLES},
        "unseen",
    ),
    "variables of a play": (
        {"site.yml": RUN.replace("  tasks:", "  vars: {coder_env: {CODER_A: b}}\n  tasks:")},
        "A=b",
    ),
    "templates of a role": (
        {"tasks/main.yml": ROLE, "templates/c.env.j2": "CODER_A=a\n"}
        | {"templates/coder.service.j2": UNIT_TEMPLATE},
        "--verbose:unresolved A=a unseen unseen",
    ),
    "a command with its environment": (
        {"site.yml": "- command: coder server --verbose\n  environment: {CODER_A: '{{ a }} b'}\n"},
        "A:unresolved --verbose=true",
    ),
}


@pytest.mark.parametrize("case", SEVERAL)
def test_what_a_playbook_takes_from_other_files(case):
    files, expected = SEVERAL[case]
    found = deployments(*files.items()).found
    assert " ".join(told(found[0].operator)) == expected
    assert found[0].files[0].name == next(iter(files))


def test_a_playbook_without_its_templates_says_which():
    with pytest.raises(SourceError) as refused:
        settings(("tasks/main.yml", ROLE))
    assert refused.value.hint == "give coder.service.j2 beside it"


MAPS = {
    "a map": (VARIABLES, "A=a B:unresolved unseen", "2.30.0"),
    "lists": (
        "a: [CODER_A=a]\nb: [{name: CODER_B, value: b}]\n",
        "A=a B=b unseen",
        "",
    ),
    "an environment": ("CODER_A: a\nCODER_B: null\nimage: coder/coder:v2.30.0\n", "A=a", "2.30.0"),
    "what a vault keeps": (
        "CODER_A: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  6162\n",
        "A:encrypted",
        "",
    ),
}


@pytest.mark.parametrize("case", MAPS)
def test_variables_in_yaml(case):
    text, expected, version = MAPS[case]
    found = settings(text)
    assert (" ".join(told(found)), found.version) == (expected, version)
    assert found.forms == (Form.VARIABLES,)
