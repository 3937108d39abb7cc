"""Training sets, what settings may ask of them, and the margins that only they have."""
