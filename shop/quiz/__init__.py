"""The questionnaire's pages and the visitor's encrypted answers."""
