"""Coding agents that ask by a command of their settings: Claude Code, Codex, Gemini CLI."""
