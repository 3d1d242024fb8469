"""As much of Go source as declares the options of Coder: read, never run.

Text → `syntax` (tree-sitter's nodes) → `values` (what a constant expression is) and `config_tree`.
"""
