"""Drafters of tasks: each a model that proposes, and none that is believed."""
