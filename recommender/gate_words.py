"""The gate's decision for a merchant: one table, and what can and what cannot be concluded from it."""

from recommender.gate import Decision, Figure, Verdict

RELATIVE_LIFTS = (0.2, 0.1)
HEADER = (
    "| ranking | earned a list, SNIPS (95 %) | earned a list, DR (95 %) | lists it is worth | lists with a reward "
    "| candidate ahead, SNIPS | candidate ahead, DR |\n|---|---|---|---|---|---|---|"
)


def lists_needed(rate: float, lift: float) -> int:
    """Return the lists an arm needs in a live comparison: 16 p (1 - p) / d^2, 80 % power at 5 % (Lehr 1992).

    rate: share of lists with a reward, between 0 and 1; lift: the relative gain to be seen, 0.2 for 20 %. Raises
    ValueError outside.
    """
    if not (0 < rate < 1 and lift > 0):
        raise ValueError("the rate lies between 0 and 1 and the lift above 0")
    return round(16 * rate * (1 - rate) / (rate * lift) ** 2)


def table(decision: Decision) -> str:
    """Return the Markdown table of all rankings, best known figures with their intervals."""
    lines = [HEADER]
    for line in decision.table:
        cells = [line.name, _cell(line.snips), _cell(line.dr), f"{line.ess:.0f}", f"{line.rewarded}"]
        cells += [_cell(each) if each is not None else "" for each in (line.snips_ahead, line.dr_ahead)]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def conclusions(decision: Decision) -> tuple[str, ...]:
    """Return plain sentences: the verdict, its reasons, what it rests on, what it can say and what it cannot."""
    sentences = [_verdict(decision), *decision.reasons]
    if decision.weighed:
        sentences.append(
            f"This was look {decision.look} at a candidate for this place, so the interval of what it is ahead by is "
            f"one of {decision.level:.3%}: all looks together then err as rarely as a single one of 95 %."
        )
    if decision.left_out_rows:
        sentences.append(
            f"{decision.left_out_rows} impossible rows were found; their {decision.left_out_lists} lists are left out."
        )
    if decision.lists:
        sentences.append(
            f"The log has {decision.lists} usable lists; {decision.rate:.1%} of them led to what is counted here."
        )
        sentences.append(
            "What can be said: how the rankings compare on this log, with the customers and products of its days."
        )
    sentences.append(
        "What cannot be said: how much more customers will buy or keep next month. That takes a live comparison in "
        "which chance decides who sees which ranking."
    )
    if 0 < decision.rate < 1:
        needs = " and ".join(
            f"about {lists_needed(decision.rate, lift):,} lists a side to see a gain of {lift:.0%}"
            for lift in RELATIVE_LIFTS
        )
        sentences.append(f"At this rate such a comparison needs {needs} (16 p (1 - p) / d², 80 % power).")
    return tuple(sentences)


def _verdict(decision: Decision) -> str:
    return {
        Verdict.PROMOTE: "The candidate may replace the live model.",
        Verdict.NOT_ENOUGH: "Not enough yet: the live model stays.",
        Verdict.NOT_BETTER: "The candidate is not better: the live model stays.",
        Verdict.REFUSED: "The candidate is refused: the live model stays.",
    }[decision.verdict]


def _cell(figure: Figure) -> str:
    return f"{figure.value:.4f} ({figure.low:.4f} to {figure.high:.4f})"
