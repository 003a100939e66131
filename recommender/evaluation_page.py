"""The figures of an evaluation as lines of text for a terminal."""

from collections import Counter
from collections.abc import Sequence

from recommender.evaluation import Figures, Judged
from recommender.personas import Persona
from recommender.robustness import Checks, Spread
from recommender.safety import RULESET


def page(
    judged: Sequence[Judged], left_out: Sequence[Persona], by_catalogue: dict[str, Figures], checks: Checks
) -> str:
    """Return the whole report, with a line for each check that was asked for."""
    lines = [f"Safety rules {RULESET}"]
    for name, each in by_catalogue.items():
        lines += ["", f"Catalogue {name}: {each.personas} personas", *_figure_lines(each)]
        lines += _check_lines(name, checks)
    for name, count in sorted(Counter(each.catalogue for each in left_out).items()):
        lines += ["", f'Left out: {count} personas of catalogue "{name}", which was not given.']
    wrong = [line for each in judged for line in _wrong(each)]
    return "\n".join([*lines, *(["", "What went wrong", *wrong] if wrong else [])])


def _figure_lines(each: Figures) -> list[str]:
    return [
        f"  safety violations         {each.safety_violations}",
        f"  referral accuracy         {_number(each.referral_accuracy, '.1%')} ({each.referrals} referred)",
        f"  sold out shown            {each.sold_out_shown}",
        f"  over budget shown         {each.over_budget_shown}",
        f"  empty cases right         {each.empty_right} of {each.empty_cases}",
        f"  nDCG@5                    {_number(each.ndcg_at_5, '.3f')}",
        f"  top 1 with grade 2 or 3   {_number(each.top_1_good, '.1%')}",
    ]


def _check_lines(name: str, checks: Checks) -> list[str]:
    lines = []
    if name in checks.leave_one_out:
        lines.append(_compared("weights without each one", checks.leave_one_out[name]))
    if name in checks.perturbed:
        lines.append(f"  weights at random         {_spread(checks.perturbed[name])}")
    lines += [_compared(label, each[name]) for label, each in checks.baselines.items() if name in each]
    return lines


def _compared(label: str, each: Figures) -> str:
    return f"  {label:<25} {_number(each.ndcg_at_5, '.3f')}, top 1 {_number(each.top_1_good, '.1%')}"


def _spread(each: Spread) -> str:
    mean, lowest = _number(each.mean, ".3f"), _number(each.lowest, ".3f")
    return f"{mean} on average, {lowest} at worst of {each.draws}; safety violations {each.safety_violations}"


def _number(value: float | None, form: str) -> str:
    return "no such persona" if value is None else format(value, form)


def _wrong(each: Judged) -> list[str]:
    found = [
        (f"must not be shown: {', '.join(each.violations)}", bool(each.violations)),
        (f"sold out: {', '.join(each.unavailable)}", bool(each.unavailable)),
        (f"over budget: {', '.join(each.over_budget)}", bool(each.over_budget)),
        (f"referral is {each.refer or 'none'}", not each.is_referral_right),
        ("should have been empty", each.is_empty_right is False),
    ]
    return [f"  {each.id}: {text}" for text, is_so in found if is_so]
