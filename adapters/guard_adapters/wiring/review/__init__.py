"""The people who answer questions: how they are told, and what they see."""
