"""How a Report reads: the words, marks and groups that text, Markdown and HTML share.

It computes from the Report alone and adds no fact. Every string that leaves it is safe to look at:
control characters, terminal escapes and text-direction tricks are spelled out by `visible`.
"""
