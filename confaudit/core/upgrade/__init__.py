"""What will hold after an upgrade, what is known of it, and whether it came true.

`situate` alone builds a Situation: it predicts from what was read, and redacts the result.
"""
