"""A learner's session: questions heard or typed, answers said or shown, and kept."""
