"""The exact law of a network of finite width: solutions, halting, required width, finite-size corrections."""
