"""How a plan is run: every neuron in memory, or the wide ways."""
