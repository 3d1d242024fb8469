"""A snapshot that is pushed, killed at each step that changes a file, and run again.

    python -m tests.crash [HOW …] [--every N]

goes through all steps (or each Nth) for every HOW, prints what became of it, and fails when
anything was lost, is half done, or needs a person. HOW is `self` (the process alone is killed),
`group` (its whole group), `5` or `28` (from that step on every call fails: an I/O error, a full
disk).
"""
