"""The Report: the one value that every format shows, and the parts it is made of.

Verdict, headline, empty-state sentence and `result:` line are its properties, all by what `judge`
decided; `kinds` holds what is peculiar to each kind of report.
"""
