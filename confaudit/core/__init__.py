"""The pure core: no files, clock, network, git, click or Jinja.

Imports only itself, `confaudit.errors` and the standard library; diff.py alone adds deepdiff.
"""
