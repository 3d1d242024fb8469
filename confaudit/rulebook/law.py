"""What a rule of the house forbids or requires: the condition, and the words for it."""

from typing import Final

from msgspec import Struct

from confaudit.core.judge import conditions
from confaudit.core.judge.conditions import Condition
from confaudit.core.model import MISSING, Value
from confaudit.core.text.wording import one_line
from confaudit.rulebook.conditions import ConditionReader
from confaudit.rulebook.wording import in_words, is_secret_name, public_words, subject
from confaudit.yaml_file import Part

WAYS: Final = ("forbid", "require")
"""The keys of a rule that say what the house asks; each has one of them."""


class Law(Struct, frozen=True):
    """What may not be, or has to be, as it is written in a rule."""

    rule: Part
    condition: Part
    is_required: bool

    def broken(self, reader: ConditionReader) -> Condition:
        """The condition under which a deployment breaks it.

        Raises:
            ConfauditError: of the file's kind: it asks what cannot be asked.
        """
        asked = reader.condition(self.condition)
        found = conditions.negation(asked) if self.is_required else asked
        when = self._given("when")
        return conditions.all_of([reader.condition(when), found]) if when else found

    @property
    def subject(self) -> str:
        """Key of the option that it is about; empty if it is about none."""
        if named := self._given("subject"):
            return named.read(str)
        return "" if self._given("each") else subject(self.condition)

    def _given(self, key: str) -> Part | None:
        found = self.rule.children().get(key)
        return None if found is None or found.is_null else found

    @property
    def title(self) -> str:
        """What it says, in a few words; to be asked once the condition was read."""
        said = in_words(self.condition) or f"what {self.rule.at('id').read(str)} asks about"
        return f"{'Required' if self.is_required else 'Forbidden'}: {said}"

    @property
    def message(self) -> str:
        """The same as a sentence."""
        asks = "requires" if self.is_required else "forbids"
        said = in_words(self.condition)
        return f"The policy {asks} that {said}." if said else f"The policy {asks} otherwise."

    @property
    def step(self) -> str:
        """What to do about a deployment that breaks it."""
        said = in_words(self.condition, holds=self.is_required)
        return f"See to it that {said}." if said else "Change it, or have the policy changed."

    @property
    def proposed(self) -> Value:
        """The value that its option has to have, where it says one that all may see."""
        asked = self.condition.children()
        is_plain = self.is_required and set(asked) == {"option", "equals"}
        if not is_plain or is_secret_name(asked["option"].read(str)):
            return MISSING
        value = asked["equals"].read(object)
        if isinstance(value, str):
            return value if public_words(value) == one_line(value) else MISSING
        return value if isinstance(value, bool | int) else MISSING


def law_of(rule: Part) -> Law:
    """What a rule says.

    Raises:
        ConfauditError: of the file's kind: it says neither what is forbidden nor what is required.
    """
    given = rule.children()
    found = [one for one in WAYS if one in given and not given[one].is_null]
    if len(found) != 1:
        problem = "it both forbids and requires" if found else "it forbids and requires nothing"
        raise rule.fault(problem, "give either forbid or require")
    return Law(rule, given[found[0]], found[0] == "require")
