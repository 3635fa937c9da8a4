"""How a text reads: its sentences, who speaks, what asks, what only tells."""
