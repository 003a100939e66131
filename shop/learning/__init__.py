"""The learning log: with a consent of its own, which products a list showed and what became of them. No answers."""
