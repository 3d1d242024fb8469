"""To import this is to take in what commands need: for a process that others are forked off."""

from contextlib import redirect_stdout
from importlib import import_module
from io import StringIO
from pkgutil import walk_packages

import confaudit
from confaudit.catalog.loader import packaged
from confaudit.cli.main import run
from confaudit.rulebook.advisories import load, load_controls

for module in walk_packages(confaudit.__path__, "confaudit."):
    if not module.name.endswith("__main__"):
        import_module(module.name)
load([], packaged())
load_controls(packaged())
with redirect_stdout(StringIO()):
    run(["catalog", "show", "oidc-scopes", "--no-config"])  # what is made of all releases
