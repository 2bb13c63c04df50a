"""The voice socket as clients of before speak it: whole messages, one after the other."""
