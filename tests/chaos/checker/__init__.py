"""The independent checker: it imports none of our code, reads the tables by SQL and the clients' own history, and proves
the twelve promises that hold after every run, whatever was killed on the way.

``python -m tests.chaos.checker DATABASE_URL [history.jsonl]`` prints each promise with what was looked at and what was wrong.
"""
