"""What a session's own course tells of who is really calling: pure detectors, each with a page."""
