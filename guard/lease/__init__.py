"""The credential of one call, from the journal before it is minted to its end at the target.

`issuing` is the way up, `revoking` the way down. Nothing here decides whether a call may run.
"""
