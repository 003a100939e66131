"""The bench command, run on a simulator that has the interface and nothing else in common with the real one."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from bench.world_adapter import Shelf, Vocabulary, World
from bench.world_policies import DayOne, Learner, trials
from bench.yardstick import as_json, lines, parsed, report
from recommender.learning.funnel import train
from recommender.learning.statistics import SufficientStatistics
from tests.bench import small_simulator

ROOT = Path(__file__).resolve().parents[2]
SIMULATOR = Path(small_simulator.__file__)


class Recorder:
    """Passes everything on and keeps the lists."""

    def __init__(self, policy):
        self.policy, self.lists, self.update = policy, [], policy.update

    def recommend(self, context, items):
        self.lists.append(self.policy.recommend(context, items))
        return self.lists[-1]


def test_the_command_runs_both_policies_and_prints_what_the_goals_speak_of():
    words = [sys.executable, str(ROOT / "bench/yardstick.py"), "--simulator", str(SIMULATOR), "--scenario", "base"]

    done = subprocess.run(
        [*words, "--seeds", "1", "2", "--sessions", "150", "--json"], capture_output=True, text=True, check=True
    )

    summary = json.loads(done.stdout)
    assert summary["windows"] == [100, 150]
    for name in ("day_one", "learner"):
        assert {"mean", "half_interval"} == summary[name]["regret_ratio"].keys()
        assert [figures["seed"] for figures in summary[name]["seeds"]] == [1, 2]
        assert len(summary[name]["ndcg3"]) == 2
        assert all(figures["safety_violations"] == 0 for figures in summary[name]["seeds"])
    assert "largest_shortfall" in summary


def test_one_seed_has_no_interval_and_its_json_holds_no_nan():
    runs = {
        name: [{"seed": 1, "regret_ratio": 0.3, "regret_ratio_last_tenth": 0.2, "ndcg3": [0.5, float("nan")],
                "safety_violations": 0}]
        for name in ("day_one", "learner")
    }  # fmt: skip

    summary = report(runs, parsed(["--simulator", str(SIMULATOR), "--seeds", "1", "--sessions", "150", "--json"]))
    read = json.loads(as_json(summary), parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))

    assert read["learner"]["regret_ratio"] == {"mean": 0.3, "half_interval": None}
    assert read["learner"]["ndcg3"] == [0.5, None]
    assert "learner: regret ratio 0.300, last tenth 0.200" in list(lines(summary))


def test_two_runs_with_the_same_seed_show_the_same_lists():
    world = World(Vocabulary.of(small_simulator))

    shown = []
    for _ in range(2):
        recorder = Recorder(Learner(world))
        small_simulator.simulate(recorder, 200, seed=3)
        shown.append(recorder.lists)

    assert shown[0] == shown[1]
    assert len(shown[0]) == 200


def test_until_it_has_learned_the_learner_ranks_as_on_day_one():
    world, rng = World(Vocabulary.of(small_simulator)), np.random.default_rng(4)
    items = small_simulator.make_items(rng)
    contexts = [small_simulator.make_context(rng) for _ in range(30)]

    assert [Learner(world).recommend(c, items) for c in contexts] == [
        DayOne(world).recommend(c, items) for c in contexts
    ]


def test_the_rows_of_the_log_answer_the_stages_they_reached():
    world, rng = World(Vocabulary.of(small_simulator)), np.random.default_rng(5)
    items, context = small_simulator.make_items(rng), small_simulator.make_context(rng)
    common = {"session": 0, "context": context, "item_id": "p4", "position": 2}
    rows = [
        {"event": "impression", **common, "clicked": True, "carted": True, "purchased": False},
        {"event": "followup", **common, "returned": False, "relief": None},
        {"event": "followup", **common, "returned": True, "relief": 0.75},
    ]

    found = trials(Shelf(world, items), rows, day=7)

    assert found.tried.tolist() == [[True] * 3 + [False] * 2, [False] * 3 + [True, False], [False] * 3 + [True] * 2]
    assert found.won.tolist() == [[1, 1, 0, 0, 0], [0, 0, 0, 1, 0], [0, 0, 0, 0, 0.75]]
    assert set(found.days.tolist()) == {7}


def test_the_worlds_columns_can_be_trained_on():
    world, rng = World(Vocabulary.of(small_simulator)), np.random.default_rng(6)
    items = small_simulator.make_items(rng)
    shelf = Shelf(world, items)
    rows = [
        {"event": "impression", "session": number, "context": small_simulator.make_context(rng), "item_id": "p5",
         "position": 1, "clicked": number % 2 == 0, "carted": False, "purchased": False}
        for number in range(20)
    ]  # fmt: skip

    posterior = train(SufficientStatistics.from_rows(trials(shelf, rows, day=0)), world.columns(), today=0)

    assert posterior.columns == world.names
    assert posterior.items == ("p5",)
