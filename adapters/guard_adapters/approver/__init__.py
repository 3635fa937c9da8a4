"""Tells people that a question is open. Announcing never means yes."""
