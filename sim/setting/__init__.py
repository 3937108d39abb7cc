"""What is trained on what: networks, initial laws, losses, methods."""
