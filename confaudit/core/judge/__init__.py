"""What there is to say about a deployment, and whether it matters here and now.

`audit` asks `rules` and `advisories`, which answer with findings; `rules.changes` makes findings of
changes. `judge` alone weighs, merges, orders and selects them; `verdict` puts an audit into words.
"""
