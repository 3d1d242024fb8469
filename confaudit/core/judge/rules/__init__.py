"""The registry of rules: every kind of finding about options, with its permanent id.

A rule says what is wrong, how bad that is, why, and what to do in general. Where it looks and what
it concludes is in the modules of this room, and breaks that change no option are advisories.
"""

from collections.abc import Mapping
from typing import Final

from confaudit.core.coder.semantics import ALIASES_SHARE, EMPTY_COUNTS
from confaudit.core.judge.finding import Effect, Rule
from confaudit.core.model import Level

# --- the server will not start ------------------------------------------------------------------

NAME_REFUSED: Final = Rule(
    id="name-refused",
    title="Flag or YAML key the release does not know",
    effect=Effect.WILL_NOT_START,
    level=Level.ERROR,
    why="An unknown flag or YAML key ends the server at once; only an unknown variable is ignored.",
    fix="Take it out, or use the name that the release has for it.",
)
VALUE_INVALID: Final = Rule(
    id="value-invalid",
    title="Value the release refuses",
    effect=Effect.WILL_NOT_START,
    level=Level.ERROR,
    why="The option code reads every value before anything else and ends the server if it cannot.",
    fix="Give a value of the option's type.",
)
EMPTY_VALUE_FATAL: Final = Rule(
    id="empty-value-fatal",
    title="Empty variable the release cannot read",
    effect=Effect.WILL_NOT_START,
    level=Level.ERROR,
    why=f"From {EMPTY_COUNTS.line_name} on an empty variable is a value, and these types have no "
    "empty one. Before, it counted as not set.",
    fix="Delete the line or comment it out; leaving it empty is not the same.",
    reference="coder/coder#24926",
)
VALUE_NOT_TEXT: Final = Rule(
    id="value-not-text",
    title="Value without quotes where Kubernetes wants text",
    effect=Effect.WILL_NOT_START,
    level=Level.ERROR,
    why="Kubernetes refuses a boolean or number as the value of a variable.",
    fix="Put the value in double quotes.",
)
DOWNGRADE: Final = Rule(
    id="downgrade",
    title="Target older than what runs",
    effect=Effect.WILL_NOT_START,
    level=Level.ERROR,
    why="A start of the newer release migrates the database, and no release undoes that.",
    fix="Restore the database backup taken before the upgrade.",
)

NAME_NOT_KNOWN: Final = Rule(
    id="name-not-known",
    title="Flag or YAML key that confaudit does not know",
    effect=Effect.WILL_NOT_START,
    level=Level.INFO,
    why="An unknown flag or YAML key ends the server at once; a release that is not known, or not "
    "all of it, may well have this one.",
    fix="Look it up in the documentation of that release; `confaudit catalog import` makes a "
    "release known.",
)

# --- set, and no server reads it ----------------------------------------------------------------

OPTION_UNKNOWN: Final = Rule(
    id="option-unknown",
    title="Variable no release reads",
    effect=Effect.IGNORED,
    level=Level.WARNING,
    why="A variable that is no option is ignored without a word: what it should do never happens.",
    fix="Use the option's real name, or take the line out.",
)
CLIENT_ONLY: Final = Rule(
    id="client-only",
    title="Variable the CLI reads, not the server",
    effect=Effect.IGNORED,
    level=Level.WARNING,
    why="It configures the `coder` command of a user; the server ignores it.",
    fix="Use the server's own option, or take the line out.",
)
OTHER_PROGRAM: Final = Rule(
    id="other-program",
    title="Variable another program of Coder reads, not the server",
    effect=Effect.IGNORED,
    level=Level.INFO,
    why="It configures a provisioner, a workspace proxy or the like; the server ignores it.",
    fix="Give it to the program that reads it, or take the line out.",
)
OPTION_REMOVED: Final = Rule(
    id="option-removed",
    title="Option the release no longer has",
    effect=Effect.IGNORED,
    level=Level.ERROR,
    why="A variable left behind by a removed option is ignored without a word.",
    fix="Take it out, and use what replaces it.",
)
OPTION_NOT_YET: Final = Rule(
    id="option-not-yet",
    title="Option only newer releases have",
    effect=Effect.IGNORED,
    level=Level.ERROR,
    why="Options are carried back into patch releases, so that an older patch of a newer line may "
    "lack what a newer patch of an older line has.",
    fix="Upgrade to a release that has it.",
)
SETTING_IGNORED: Final = Rule(
    id="setting-ignored",
    title="Setting that another name's default overrides",
    effect=Effect.IGNORED,
    level=Level.ERROR,
    why=f"Before {ALIASES_SHARE.line_name} the default of an alias was written over what its twin "
    "had been given.",
    fix="Use the name that counts in this release.",
    reference="coder/coder#15480",
)
EXPERIMENT_GONE: Final = Rule(
    id="experiment-gone",
    title="Experiment the release does not know",
    effect=Effect.IGNORED,
    level=Level.WARNING,
    why="An unknown experiment is only logged; what it switched on is a feature now, or gone.",
    fix="Take it out of the list.",
    reference="coder/coder#12725",
)
DUPLICATE_SETTING: Final = Rule(
    id="duplicate-setting",
    title="Setting that is given twice",
    effect=Effect.IGNORED,
    level=Level.WARNING,
    why="The last one counts, wherever the reader of the file stops looking.",
    fix="Keep one of them.",
)
LIST_REPLACED: Final = Rule(
    id="list-replaced",
    title="List of values that a later layer replaces",
    effect=Effect.IGNORED,
    level=Level.WARNING,
    why="Helm merges the maps of several layers of values, and of a list takes the last one whole.",
    fix="Write every entry that is wanted into the list of the last layer.",
)
VALUES_MISPLACED: Final = Rule(
    id="values-misplaced",
    title="Values where the chart does not look",
    effect=Effect.IGNORED,
    level=Level.ERROR,
    why="A chart sees its own values only: as a part of another chart, those below its name there.",
    fix="Move them to where the chart looks.",
)
SHADOWED_SETTING: Final = Rule(
    id="shadowed-setting",
    title="Setting that a stronger one hides",
    effect=Effect.IGNORED,
    level=Level.WARNING,
    why="A flag beats a variable, and a variable beats the YAML file.",
    fix="Keep the one that counts.",
)
TWO_NAMES: Final = Rule(
    id="two-names",
    title="Two names of one option that contradict each other",
    effect=Effect.IGNORED,
    level=Level.WARNING,
    why="Aliases set one value: a release reads them one after the other, in the order of its own "
    "list of options, and the last one counts, wherever they stand in a file.",
    fix="Keep the current name only.",
)
REFERENCE_LEFT: Final = Rule(
    id="reference-left-as-text",
    title="Reference to a variable that is not defined before it",
    effect=Effect.IGNORED,
    level=Level.WARNING,
    why="Kubernetes fills in `$(NAME)` from what comes before it in the list, and leaves any other "
    "reference as it stands.",
    fix="Define the variable before its use.",
)
NOT_PASSED_ON: Final = Rule(
    id="not-passed-on",
    title="Set beside the compose file, which does not pass it on",
    effect=Effect.IGNORED,
    level=Level.INFO,
    why="A `.env` beside a compose file only fills in `${…}`; the container gets what the service "
    "names in `environment` or `env_file`.",
    fix="Name it under `environment`, or take it out.",
)

# --- it behaves differently ---------------------------------------------------------------------

DEFAULT_CHANGED: Final = Rule(
    id="default-changed",
    title="Default that moves",
    effect=Effect.BEHAVIOUR,
    level=Level.WARNING,
    why="The option is not set, so that the new release's default takes effect.",
    fix="Set the option to the old value to keep it, or accept the new one.",
)
EMPTY_VALUE_COUNTS: Final = Rule(
    id="empty-value-counts",
    title="Empty variable that takes the default away",
    effect=Effect.BEHAVIOUR,
    level=Level.WARNING,
    why=f"From {EMPTY_COUNTS.line_name} on an empty variable is a value; before, it counted as not "
    "set.",
    fix="Delete the line or comment it out, unless the empty value is meant.",
    reference="coder/coder#24926",
)
SETTING_TAKES_EFFECT: Final = Rule(
    id="setting-takes-effect",
    title="Setting that was dead and comes to life",
    effect=Effect.BEHAVIOUR,
    level=Level.WARNING,
    why="The release in use ignores what is set; the target obeys it.",
    fix="Check that the value is what you want today.",
)
VALUE_CHANGES: Final = Rule(
    id="value-changes",
    title="Setting the release reads differently",
    effect=Effect.BEHAVIOUR,
    level=Level.WARNING,
    why="What is set stays as it is, and the target makes another value of it.",
    fix="Check the value, and set what you mean.",
)

# --- security -----------------------------------------------------------------------------------

SECRET_EXPOSED: Final = Rule(
    id="secret-exposed",
    title="Secret the API shows in clear",
    effect=Effect.SECURITY,
    level=Level.WARNING,
    why="These releases leave a secret in the answer that Owners and Auditors can read, so that "
    "old snapshots, bundles and logs may hold it.",
    fix="Rotate the secret, in the database as well where that keeps it, and delete what was saved "
    "of such answers.",
)
CLEAR_TEXT_SECRET: Final = Rule(
    id="clear-text-secret",
    title="Secret in clear in a file",
    effect=Effect.SECURITY,
    level=Level.WARNING,
    why="Whoever can read the file or its history has the secret.",
    fix="Move the secret to a secret store and refer to it, then rotate it, in the database as "
    "well where that keeps it.",
)
DANGEROUS_OPTION: Final = Rule(
    id="dangerous-option",
    title="Dangerous option that is on",
    effect=Effect.SECURITY,
    level=Level.INFO,
    why="Its own name says that it weakens the deployment; the upgrade does not change that.",
    fix="Turn it off unless you know why it is on.",
)

# --- deprecated ---------------------------------------------------------------------------------

OPTION_RENAMED: Final = Rule(
    id="option-renamed",
    title="Old name of an option",
    effect=Effect.DEPRECATED,
    level=Level.WARNING,
    why="Both names set the same value today; the old one will go.",
    fix="Use the new name; the value stays.",
)
OPTION_DEPRECATED: Final = Rule(
    id="option-deprecated",
    title="Deprecated option with another meaning than its replacement",
    effect=Effect.DEPRECATED,
    level=Level.WARNING,
    why="It still works and will go; its value cannot be copied to the replacement.",
    fix="Set the replacement to what you mean, then take the old option out.",
)
LEGACY_PREFIX: Final = Rule(
    id="legacy-prefix",
    title="Old prefix of numbered variables",
    effect=Effect.DEPRECATED,
    level=Level.WARNING,
    why="The old prefix is still read, and will go.",
    fix="Use the new prefix, for all of a family at once; the values stay.",
)

# --- advice -------------------------------------------------------------------------------------

NOT_KNOWN: Final = Rule(
    id="not-known",
    title="Name that confaudit does not know",
    effect=Effect.ADVICE,
    level=Level.INFO,
    why="A release that is not known, or not all of it, may well have what no other is known to "
    "have.",
    fix="Look it up in the documentation of that release; `confaudit catalog import` makes a "
    "release known.",
)
DEFAULT_PINNED: Final = Rule(
    id="default-pinned",
    title="Set to an old default that moved",
    effect=Effect.ADVICE,
    level=Level.INFO,
    why="The value was written out while it was the default, so that the new default never "
    "reaches this deployment.",
    fix="Take the setting out to follow the release, or keep it on purpose.",
)
SETTING_REDUNDANT: Final = Rule(
    id="setting-redundant",
    title="Settings that only repeat defaults",
    effect=Effect.ADVICE,
    level=Level.INFO,
    why="A file that writes out every default hides what was decided, and pins all the rest.",
    fix="Keep only the settings that differ from the release's own choice.",
)
PLACEHOLDER_VALUE: Final = Rule(
    id="placeholder-value",
    title="Value that looks like a placeholder",
    effect=Effect.ADVICE,
    level=Level.INFO,
    why="It reads like an example that somebody was to replace.",
    fix="Put the real value in, or take the line out.",
)
PERSONAL_PATH: Final = Rule(
    id="personal-path",
    title="Path in somebody's home folder",
    effect=Effect.ADVICE,
    level=Level.INFO,
    why="It was written on a person's computer and will hardly exist on the server.",
    fix="Take it out to follow the server's own default.",
)
OPTION_ADDED: Final = Rule(
    id="option-added",
    title="New options",
    effect=Effect.INFO,
    level=Level.INFO,
    why="The target has options that the release in use has not; none is set.",
    fix="Nothing is to be done.",
)

RULES: Final[Mapping[str, Rule]] = {
    rule.id: rule
    for rule in (
        NAME_REFUSED,
        VALUE_INVALID,
        EMPTY_VALUE_FATAL,
        VALUE_NOT_TEXT,
        DOWNGRADE,
        NAME_NOT_KNOWN,
        OPTION_UNKNOWN,
        CLIENT_ONLY,
        OTHER_PROGRAM,
        OPTION_REMOVED,
        OPTION_NOT_YET,
        SETTING_IGNORED,
        EXPERIMENT_GONE,
        DUPLICATE_SETTING,
        LIST_REPLACED,
        VALUES_MISPLACED,
        VALUES_MISPLACED,
        SHADOWED_SETTING,
        TWO_NAMES,
        REFERENCE_LEFT,
        NOT_PASSED_ON,
        DEFAULT_CHANGED,
        EMPTY_VALUE_COUNTS,
        SETTING_TAKES_EFFECT,
        VALUE_CHANGES,
        SECRET_EXPOSED,
        CLEAR_TEXT_SECRET,
        DANGEROUS_OPTION,
        OPTION_RENAMED,
        OPTION_DEPRECATED,
        LEGACY_PREFIX,
        NOT_KNOWN,
        DEFAULT_PINNED,
        SETTING_REDUNDANT,
        PLACEHOLDER_VALUE,
        PERSONAL_PATH,
        OPTION_ADDED,
    )
}
"""By id, worst effect first; `judge.judge` orders findings."""
