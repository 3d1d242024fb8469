"""The static site of a repository: which pages there are, and what each rests on."""
