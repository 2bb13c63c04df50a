"""Whether a text gives an answer away."""
