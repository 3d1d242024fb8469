"""How requests travel over HTTP, whoever asks: what may be asked, how long, and what may come back.

Importing this package is cheap; `client` brings urllib3 and is imported when the first request is
made.
"""
