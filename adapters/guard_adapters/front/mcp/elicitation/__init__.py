"""What is asked of the person or client behind a call, and what they bring back."""
