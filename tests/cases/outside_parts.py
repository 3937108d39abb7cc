"""What outside.py cannot say: the power of a preactivation."""

from sim.parts import register

POWER = 1


def power(z):
    """z to a power, entry by entry."""
    return z**POWER


register("neuron_power", power)
