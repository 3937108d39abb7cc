"""Locks, and what has changed since."""
