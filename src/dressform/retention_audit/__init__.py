"""A second pair of eyes: what is still stored past its window, whatever the worker believes.

It shares no code with what deletes, nor with the policy: the windows are written out again, and a
test holds the two against each other. It asks only for times and numbers.
"""
