"""Text that somebody else chose, made safe for a terminal: what cannot be seen is spelled out.

One spelling for every screen, so that what a person was asked reads the same wherever it is shown.
"""

from guard.model.legible import legible as shown

__all__ = ["shown"]
