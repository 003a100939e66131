"""Rank acupressure products against a short questionnaire: safe first, explained, without any web framework."""
