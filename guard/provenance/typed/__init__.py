"""Typed values: one spelling for each, what it could be taken for, what a text of it holds."""
