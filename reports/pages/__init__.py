"""Renderings: terminal, Markdown, figures."""
