"""Messages to people. So far one kind: the comment on a pull request or merge request.

Importing this package is cheap; its modules come in when a message is sent.
"""
