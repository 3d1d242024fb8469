"""Jinja templates and their assets: a package only so that every kind of install finds them."""
