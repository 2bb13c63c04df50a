"""Hints and exams."""
