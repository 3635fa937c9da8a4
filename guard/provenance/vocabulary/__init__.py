"""The words that people and tools use, as data and in classes: verbs, idioms, other tongues."""
