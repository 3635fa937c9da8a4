"""What an operator sees of one running guard and does to it."""
