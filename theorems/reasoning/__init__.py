"""What can be shown without a run: exact decisions, demands, orders, and replayed steps of proofs."""
