"""Rules about two names of one option that are both set, and what they say.

Which of them counts is a matter of how the release reads them (see `Prediction.inputs`), not of
their order in a file, and not of which is the newer one.
"""

from collections.abc import Iterator, Sequence

from confaudit.core.coder.names import current, written
from confaudit.core.coder.startup import cell
from confaudit.core.given import Given
from confaudit.core.judge import rules
from confaudit.core.judge.finding import Finding
from confaudit.core.judge.rules.common import positions, reads
from confaudit.core.model import MISSING, OptionSpec, Value
from confaudit.core.secret import STAND_INS
from confaudit.core.text.wording import visible
from confaudit.core.upgrade.known import Truth, UpgradeSide
from confaudit.core.upgrade.situation import Situation


def contradicting_names(situation: Situation) -> Iterator[Finding]:
    """Names of one option that do not say the same: all but one of them do nothing."""
    seen = set()
    for one in situation.operator.given:
        spec = situation.option_of(one)
        if spec is None or cell(spec) in seen:
            continue
        seen.add(cell(spec))
        counts, *others = by_name(situation, spec)
        for other in others:
            same = agree(situation, counts, other)
            if same is not Truth.YES:
                yield _contradiction(situation, spec, (counts, other), same)


def by_name(situation: Situation, spec: OptionSpec) -> list[Given]:
    """The entry that counts of each name an option is set by; the one that counts at all first."""
    found: dict[str, Given] = {}
    for one in situation.given(spec.key, UpgradeSide.AFTER):
        option = situation.option_of(one)
        found.setdefault(option.key if option else one.name, one)
    return [*found.values()]


def agree(situation: Situation, one: Given, other: Given) -> Truth:
    """Whether two entries say the same to the target; of secrets and templates nobody can tell."""
    here, there = (_says(situation, entry) for entry in (one, other))
    if MISSING in (here, there):
        return Truth.DEPENDS
    return Truth.YES if here == there else Truth.NO


def _says(situation: Situation, given: Given) -> Value:
    spec = situation.option_of(given)
    if spec is None or given.value in STAND_INS:
        return MISSING
    return reads(given, spec, situation.target)


def _contradiction(
    situation: Situation, spec: OptionSpec, pair: Sequence[Given], same: Truth
) -> Finding:
    counts, other = pair
    strong, weak = (visible(written(one)) for one in pair)
    now = current(spec, situation.target)
    old = counts if situation.option_of(other) == now else other
    ends = "their items are joined" if spec.type == "string-array" else f"{strong} counts"
    is_open = same is Truth.DEPENDS
    return Finding(
        rule=rules.TWO_NAMES,
        message=f"{strong} and {weak} are two names of one option, and {ends}.",
        subject=now.key,
        affects=Truth.DEPENDS if is_open else Truth.YES,
        because="whether they say the same is not known here"
        if is_open
        else "they do not say the same",
        spec=now,
        before=_says(situation, other),
        after=_says(situation, counts),
        steps=(_way_out(spec, counts, other, old),),
        positions=positions((other, counts)),
    )


def _way_out(spec: OptionSpec, counts: Given, other: Given, old: Given) -> str:
    """The old name goes, whichever counts; what it says may be what is meant."""
    gone, kept = (visible(written(one)) for one in (old, other if old is counts else counts))
    if spec.type == "string-array":
        return f"Write all items in {kept}, and delete {gone}."
    if old is counts:
        return f"Set {kept} to what is meant, and delete {gone}, which is what counts today."
    return f"Delete {gone}; it does nothing."
