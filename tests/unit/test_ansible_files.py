"""Ansible playbooks and roles: what they set, text by text."""

import pytest

from confaudit.core.given import Channel, Form
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


@pytest.mark.parametrize("case", PLAYS)
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
