"""The shop's world as the learner's columns: features, the expert's weights in log odds, and what belongs together."""

from collections.abc import Collection

from recommender.expert import START_CHANCES, expert_means, start_levels
from recommender.features import FEATURES
from recommender.learning.columns import Columns

GROUPS = {
    "place": ("area", "focus", "coverage", "breadth", "self_reach"),
    "use": ("kind", "purpose", "trigger", "calm", "suited", "evidence"),
    "handling": ("position", "firmness", "gentle", "control", "experience", "ease", "hands_free", "grip", "floor"),
    "carrying": ("carry", "pocket", "travel", "discretion"),
    "care": ("cautions", "flat", "child", "plain"),
    "price": ("price",),
}
"""Features whose weights are likely to be off by as much: how much is estimated for each group from the log."""


def expert_columns(learned: Collection[str]) -> Columns:
    """Return the columns of the shop's log. What is not among `learned` stays as the expert says."""
    group_of = {name: group for group, names in GROUPS.items() for name in names}
    return Columns(
        names=FEATURES,
        groups=tuple(group_of[name] for name in FEATURES),
        prior_mean=expert_means(len(START_CHANCES)),
        fixed=frozenset(FEATURES) - frozenset(learned),
        prior_intercept=start_levels(),
    )
