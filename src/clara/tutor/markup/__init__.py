"""A model's text made fit to show, as it streams."""
