"""What happened, and the proof that nobody changed it."""
