"""Declarations as people write them: mathematics in text and LaTeX, cards, and the second typing."""
