"""What to conclude: statistics, verdicts, tables and figures."""
