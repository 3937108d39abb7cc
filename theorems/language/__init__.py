"""The words in which a theorem is declared."""

from theorems.language.derivation import Erratum, Identity, Implication, SameOrder, Step
from theorems.language.quantifier import Average, Best, Each, Limit
from theorems.language.quantity import (
    About,
    At,
    Observable,
    Quantity,
    count,
    defined,
    expanded,
    failure,
    hidden,
    index,
    observable,
    of_data,
    of_draw,
    positive,
    time,
)
from theorems.language.statement import (
    Claim,
    Hypothesis,
    Law,
    Paper,
    Scale,
    Setting,
    Theorem,
    Witness,
)
from theorems.problem import BadInput

__all__ = [
    "About", "At", "Average", "BadInput", "Best", "Claim", "Each", "Erratum", "Hypothesis", "Identity", "Implication",
    "Law", "Limit", "Observable", "Paper", "Quantity", "SameOrder", "Scale", "Setting", "Step", "Theorem", "Witness", "count",
    "defined", "expanded", "failure", "hidden", "index", "observable", "of_data", "of_draw", "positive", "time",
]
