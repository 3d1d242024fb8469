"""Entry point of `confaudit` and `python -m confaudit`."""

import sys


def main() -> int:
    """Run the command line; `--version` is answered before anything heavy is imported."""
    if sys.argv[1:] in (["--version"], ["-V"]):
        from confaudit import __version__

        sys.stdout.write(f"confaudit {__version__}\n")
        return 0
    from confaudit.cli.main import run

    return run()


if __name__ == "__main__":
    sys.exit(main())
