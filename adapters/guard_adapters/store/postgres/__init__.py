"""The store for several guards at once: PostgreSQL 15 or newer, behind the same ports."""
