"""A snapshot that is pushed, killed at each step that changes a file, and run again.

    python -m tests.crash [HOW …] [--every N] [--first N]

goes through all steps (or each Nth, or from the Nth on) for every HOW, prints what became of it,
and fails when anything was lost, is half done, or needs a person. HOW is `self` (the process alone
is killed), `group` (its whole group), `5` or `28` (from that step on every call fails: an I/O
error, a full disk), or `full`: a real disk, first that of the repository and then that of its
remote, has 0, N, 2N … pages left, until that is enough.
"""
