"""Templates' own defaults: what is found in a deployment, and in the same filled in with them.

Templates may fill in what nobody can know here. Where a template has a default of its own, what is
true only if that is what counts depends on it.
"""

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from confaudit.core.judge.finding import Effect, Finding
from confaudit.core.model import Level
from confaudit.core.secret import REDACTED
from confaudit.core.text.wording import listing, visible
from confaudit.core.upgrade.known import Truth
from confaudit.core.upgrade.situation import Situation


def either_way(
    situation: Situation, found: Sequence[Finding], assumed: Sequence[Finding]
) -> Iterator[Finding]:
    """What is found in a deployment, and in the same with templates' own defaults: joined.

    What is found either way does not depend on a template's default.
    """
    open_ends = {identity(one): _depends(situation, one) for one in assumed if one not in found}
    for finding in found:
        other = finding if finding in assumed else open_ends.pop(identity(finding), finding)
        yield other if finding.affects is Truth.DEPENDS else finding
    yield from (finding for finding in open_ends.values() if finding.level is not Level.INFO)


def identity(finding: Finding) -> tuple[str, str]:
    """What a finding says of what, whatever it depends on."""
    return finding.rule.id, finding.subject


def _depends(situation: Situation, finding: Finding) -> Finding:
    because = f"if the template's default, or what docker reads, is what counts, {finding.because}"
    found = replace(finding, affects=Truth.DEPENDS, because=because)
    names = _filled_in(situation, finding)
    if not names or finding.rule.effect is not Effect.WILL_NOT_START:
        return found
    step = f"Set {listing(names)} where the file is filled in, so that the value comes out right."
    return replace(found, steps=(step,))


def _filled_in(situation: Situation, finding: Finding) -> list[str]:
    """The variables that the values are made of which a finding is about.

    A dollar sign may as well belong to a secret, so that those of a secret are not told; nor is
    what stands for a condition without a name, as of `lib.mkIf`.
    """
    places = set(finding.positions)
    given = [
        one
        for one in situation.operator.given
        if one.position in places and one.value is not None and REDACTED not in one.value
    ]
    names = (name for one in given for name in one.refers_to if name != "_")
    return [*dict.fromkeys(map(visible, names))]
