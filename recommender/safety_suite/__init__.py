"""Generated visits by the million: hostile scorers, broken rows, and a judge with its own reading of the rules."""
