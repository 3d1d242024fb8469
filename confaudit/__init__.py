"""confaudit: snapshot, diff and audit the configuration of self-hosted Coder deployments."""

__version__ = "0.1.0"
