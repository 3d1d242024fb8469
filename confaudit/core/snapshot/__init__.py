"""From what a server said to a Snapshot and its files: redacted, normalised, canonical."""
