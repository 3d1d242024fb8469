"""What differs between two snapshots, and who caused it."""
