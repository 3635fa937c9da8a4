"""Decides recorded calls again, with no side effect: one trace line in, one decision a step out."""
