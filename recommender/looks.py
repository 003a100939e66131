"""How sure each look at a candidate must be, so that all looks together err no more often than one interval says.

Whoever looks every week and promotes at the first success errs more often than one interval says. So the error is
spent: after k looks LEVEL's error times k / (k + 1), which never exceeds the whole. Looks are counted for what is live,
over all candidates: to train another one and look again is a look, too.

Source: alpha spending, Lan and DeMets (1983), here without use of how looks hang together (a union bound, Bonferroni).
It therefore holds whatever the looks have in common and whatever was trained in between, and costs some power.
"""

from recommender.offpolicy import LEVEL


def level_of_look(look: int) -> float:
    """Return the level of the intervals of the look-th look (1 is the first): 0.975, then 0.9917, 0.9958 and so on.

    Raises ValueError below 1.
    """
    if look < 1:
        raise ValueError("looks are counted from 1")
    return 1 - (1 - LEVEL) / (look * (look + 1))
