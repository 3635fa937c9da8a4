"""The one HTTP client of the house."""
