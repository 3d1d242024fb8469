"""The life of an option over the releases, and how to find one by any of its names."""
