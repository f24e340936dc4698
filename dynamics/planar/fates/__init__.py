"""What follows from limits: thresholds, asymptotics, decay, explanations."""
