"""Whole checks: what is planned, run and collected."""
