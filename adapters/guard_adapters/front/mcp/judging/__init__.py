"""Which messages are judged, whose task each is, and what a client reads when the guard says no."""
