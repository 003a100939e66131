"""Which model orders the lists now, kept per process until another one is promoted; and how much of chance is in it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

if TYPE_CHECKING:
    import numpy as np

    from recommender.posterior import Posterior
    from recommender.scorers.learned import LearnedScorer


@dataclass(frozen=True, slots=True)
class Draw:
    """How lists are made for one visit that may be logged: its seed, and the share of chance that the shop allows."""

    seed: int
    exploration: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Live:
    """A model in service. `model_id` stands in the log beside every list that it made."""

    model_id: str
    posterior: "Posterior"

    def scorer(self, draw: Draw | None) -> "LearnedScorer":
        """The posterior's mean: the same list for the same answers. With a draw, what that visit sees throughout."""
        import numpy as np  # late: a process that shows no list never loads it

        if draw is None or draw.exploration == 0:
            return self._scorer(self.posterior)
        return self.drawn(np.random.default_rng(draw.seed), draw.exploration)

    def drawn(self, rng: "np.random.Generator", exploration: float) -> "LearnedScorer":
        """One draw, its distance from the mean times `exploration`: 0 is the mean, 1 the posterior as it is."""
        return self._scorer(self.posterior.draw(rng, exploration))

    def _scorer(self, posterior: "Posterior") -> "LearnedScorer":
        from recommender.scorers.learned import LearnedScorer  # see `scorer`

        return LearnedScorer(posterior)


def live_scorer(session: Session) -> Live | None:
    """The live model, or None while the expert prior serves."""
    return None
