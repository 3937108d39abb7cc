"""From what was measured to verdicts."""
