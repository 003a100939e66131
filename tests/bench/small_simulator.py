"""A shop of twelve products with the yardstick's interface: enough to run the bench, too small to measure anything."""

import numpy as np

REGIONS = ("neck", "feet")
KINDS = ("mat", "ball")
PAIN_TYPES = ("tension", "dull")
CHRONICITY = ("acute", "chronic")
CONDITIONS = ("pregnancy",)
KB_AFFINITY = np.array([[0.9, 0.3], [0.2, 0.8]])
SAFETY = ("red_flag_violations", "contraindication_violations", "invalid", "abstained_wrong")


def make_items(rng):
    return [
        {
            "id": f"p{number}",
            "kind": KINDS[number % 2],
            "targets": [REGIONS[number % 2]],
            "firmness": float(rng.integers(1, 6)),
            "price": float(rng.integers(10, 60)),
            "rating": 4.0,
            "features": ["portable"],
            "contraindications": ["pregnancy"] if number < 3 else [],
        }
        for number in range(12)
    ]


def make_context(rng):
    return {
        "region": REGIONS[rng.integers(2)],
        "pain_type": PAIN_TYPES[rng.integers(2)],
        "chronicity": CHRONICITY[rng.integers(2)],
        "intensity": int(rng.integers(1, 10)),
        "sensitivity": int(rng.integers(3)),
        "experience": int(rng.integers(3)),
        "budget": int(rng.integers(3)),
        "conditions": ["pregnancy"] if rng.random() < 0.2 else [],
        "red_flags": ["red_flag"] if rng.random() < 0.1 else [],
    }


def simulate(policy, n_sessions, seed, scenario="base", update_every=50):
    """Return totals and curves as the yardstick does; what is bought is bought by luck."""
    rng = np.random.default_rng(seed)
    items, rows, totals = make_items(rng), [], dict.fromkeys((*SAFETY, "helpful"), 0)
    barred = {item["id"] for item in items if item["contraindications"]}
    for session in range(n_sessions):
        context = make_context(rng)
        shown = policy.recommend(context, items)
        totals["red_flag_violations"] += bool(context["red_flags"] and shown)
        totals["contraindication_violations"] += bool(context["conditions"]) and not barred.isdisjoint(shown)
        totals["invalid"] += len(set(shown)) != len(shown)
        totals["abstained_wrong"] += not shown and not context["red_flags"]
        for place, name in enumerate(shown):
            luck = rng.random(5)
            common = {"session": session, "context": context, "item_id": name, "position": place + 1}
            clicked, bought = bool(luck[0] < 0.5), bool(luck[:2].max() < 0.5)
            rows.append({"event": "impression", **common, "clicked": clicked, "carted": bought, "purchased": bought})
            if bought:
                relief = float(luck[2]) if luck[3] < 0.5 else None
                rows.append({"event": "followup", **common, "returned": bool(luck[4] < 0.2), "relief": relief})
        if (session + 1) % update_every == 0:
            policy.update(rows)
            rows = []
    totals |= {"regret_ratio": float(rng.random()), "regret_ratio_last10pct": 0.5}
    return {"totals": totals, "curves": {"ndcg3": rng.random(n_sessions)}}
