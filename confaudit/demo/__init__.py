"""The demo: a fictional deployment with a history, and a loopback server that tells it."""
