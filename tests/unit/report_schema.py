"""The schema of JSON reports, ready to be held against many: to read it takes most of the time."""

from typing import Final

from jsonschema import Draft202012Validator

from confaudit.render.json_v1 import schema

REPORT_SCHEMA: Final = Draft202012Validator(schema())
