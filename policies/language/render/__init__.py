"""A pack put into words, in Chinese and English."""
