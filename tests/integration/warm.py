"""To import this is to take in what commands need: for a process that others are forked off."""

from importlib import import_module
from pkgutil import walk_packages

import confaudit
from confaudit.catalog.loader import packaged
from confaudit.rulebook.advisories import load, load_controls

for module in walk_packages(confaudit.__path__, "confaudit."):
    if not module.name.endswith("__main__"):
        import_module(module.name)
load([], packaged())
load_controls(packaged())
