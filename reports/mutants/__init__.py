"""Planted errors, and which layer notices them."""
