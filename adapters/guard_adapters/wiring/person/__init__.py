"""What the person of a session says and takes back, and where they would not even look."""
