"""What confaudit.yaml may have of this machine.

It comes with a checkout, and a checkout may be a stranger's: a pull request, a clone to look at.
Of what it says the rest is harmless, but it names commands to run, files with tokens, and servers
to send these to. It gets none of that before the person whose machine it is has agreed.
"""
