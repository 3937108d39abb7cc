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
from theorems.language.method import Descent, Flow, gradient_descent, gradient_flow
from theorems.language.moment import Largest, Last
from theorems.language.quantifier import Average, Best, Each, Limit, LimitIn, Some
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
    measured,
    positive,
    time,
)
from theorems.language.setting import Setting
from theorems.language.statement import (
    Claim,
    Hypothesis,
    Law,
    Paper,
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
    "Descent",
    "Each",
    "Erratum",
    "Flow",
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
    "Some",
    "Step",
    "Theorem",
    "Use",
    "Witness",
    "count",
    "defined",
    "expanded",
    "failure",
    "gradient_descent",
    "gradient_flow",
    "hidden",
    "index",
    "measured",
    "positive",
    "time",
]
