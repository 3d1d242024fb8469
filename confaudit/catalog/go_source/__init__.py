"""As much of the Go language as declares the options of Coder: read, never run.

Text → `tokens` → `syntax` (declarations and expressions) → `values` (what a constant expression
is). The text may be hostile: all of it takes time that grows with its length alone.
"""
