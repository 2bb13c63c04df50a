"""The messages of clara.voice.v1, and the order in which they are sent."""
