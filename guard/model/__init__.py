"""The words: frozen data that cannot fail."""
