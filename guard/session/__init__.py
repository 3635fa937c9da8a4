"""What one agent was sent to do, and what it has done: pure values and their transitions."""
