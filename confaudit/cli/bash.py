"""Completion in bash, to which a colon ends a word: `live:prod` is three words there."""

from click.shell_completion import BashComplete, CompletionItem, add_completion_class


class _Bash(BashComplete):
    """Puts words with colons together, and completes what stands behind the last colon."""

    def get_completion_args(self) -> tuple[list[str], str]:
        """The words before the one to be completed, and that one."""
        words, last = super().get_completion_args()
        joined: list[str] = []
        for word in (*words, last):
            if joined and (word == ":" or joined[-1].endswith(":")):
                joined[-1] += word
            else:
                joined.append(word)
        return joined[:-1], joined[-1]

    def get_completions(self, args: list[str], incomplete: str) -> list[CompletionItem]:
        """What bash can put in the place of the part behind the last colon."""
        done = len(incomplete) - len(incomplete.rpartition(":")[2])
        found = super().get_completions(args, incomplete)
        return [
            CompletionItem(one.value[done:], type=one.type, help=one.help)
            if one.type == "plain"
            else one
            for one in found
        ]


def register() -> None:
    """Let it complete in place of click's own."""
    add_completion_class(_Bash, "bash")
