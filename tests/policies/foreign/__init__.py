"""Subsidies of other countries, written from the author's guide alone, and a second calculation of each."""
