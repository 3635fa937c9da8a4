"""What a live session may still do: narrowed, given back, stopped, and its calls cut.

Nothing here allows a call. Which rules take something away is policy's to say.
"""
