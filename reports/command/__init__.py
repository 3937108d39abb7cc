"""What the command line needs before anything heavy is imported."""
