"""The pure core: no files, clock, network, git, click or Jinja.

Its wings stand floor by floor, and imports point down: model, secret, tree and given; coder; text;
snapshot and changes; lifecycle and upgrade; judge; report and migrate. Beside itself it imports
`confaudit.errors` and the standard library; `changes.engine` alone adds deepdiff.
"""
