"""The git repository of snapshots; the only package that runs git."""
