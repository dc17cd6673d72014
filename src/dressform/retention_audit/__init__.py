"""The retention audit: an independent check for data that are stored past their retention period.

It shares no code with the worker, nor with the policy: the periods are written out again, and a
test compares the two. It reads only times and numbers.
"""
