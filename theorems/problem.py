"""What a user did wrong, in one line: the field, what it was, what it may be."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class BadInput(ValueError):
    """An input that cannot be used; its text is one line, fit to be shown to a person."""

    def __init__(self, field: str, was: object, may_be: str):
        text = f"{field}: got {was!r}; {may_be}" if was is not None else f"{field}: {may_be}"
        super().__init__(" ".join(text.split()))
        self.field = field


def unknown(field: str, was: str, known: Iterable[str]) -> BadInput:
    """The complaint about a name that is not among `known`, with the nearest ones that are."""
    known = sorted(known)
    near = get_close_matches(was, known, n=3, cutoff=0.5)
    hint = (
        f"did you mean {' or '.join(map(repr, near))}?"
        if near
        else f"it may be one of: {', '.join(known)}"
    )
    return BadInput(field, was, hint)
