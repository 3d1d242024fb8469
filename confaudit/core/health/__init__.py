"""Whether snapshots are taken as they should be, and whether they will be the next time."""
