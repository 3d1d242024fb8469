"""The command line: click only. Options become one workflow call, then output and an exit code."""
