"""What is observed: of the data, of the draw, along training."""
