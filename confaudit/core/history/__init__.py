"""What a history of snapshots tells: what changed when, and where deployments differ."""
