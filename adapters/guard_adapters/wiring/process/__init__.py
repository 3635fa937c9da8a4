"""The process that a guard lives in: its rounds, what runs at once, its log, trace and memory."""
