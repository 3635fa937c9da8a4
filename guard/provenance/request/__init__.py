"""What a person asks for: their requests one by one, and what each of them names."""
