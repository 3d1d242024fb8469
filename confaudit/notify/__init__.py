"""Messages to people: the comment on a pull request, and what tells them of a change.

Importing this package is cheap; its modules come in when a message is sent.
"""
