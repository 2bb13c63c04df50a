"""Clara: one server for an AI tutor that knows the learner's own material."""

__version__ = "0.1.0"
