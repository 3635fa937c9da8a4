"""Text to bundle to judgement to sentence; the only room that speaks Cedar."""
