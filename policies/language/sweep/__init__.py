"""Deciding a whole table of companies at once."""
