"""The words in which a theorem is declared."""

from theorems.language.configuration import Practice, Scale, Witness
from theorems.language.derivation import (
    Consistent,
    Grows,
    Identity,
    Implication,
    SameOrder,
    Solved,
    Step,
)
from theorems.language.erratum import Counterexample, Erratum
from theorems.language.lemma import Lemma, Use
from theorems.language.moment import Largest, Last
from theorems.language.quantifier import Average, Best, Each, Limit, LimitIn
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
    Setting,
    Theorem,
)
from theorems.problem import BadInput

__all__ = [
    "About",
    "At",
    "Average",
    "BadInput",
    "Best",
    "Claim",
    "Consistent",
    "Counterexample",
    "Each",
    "Erratum",
    "Grows",
    "Hypothesis",
    "Identity",
    "Implication",
    "Largest",
    "Last",
    "Law",
    "Lemma",
    "Limit",
    "LimitIn",
    "Observable",
    "Paper",
    "Practice",
    "Quantity",
    "SameOrder",
    "Scale",
    "Setting",
    "Solved",
    "Step",
    "Theorem",
    "Use",
    "Witness",
    "count",
    "defined",
    "expanded",
    "failure",
    "hidden",
    "index",
    "observable",
    "of_data",
    "of_draw",
    "positive",
    "time",
]
