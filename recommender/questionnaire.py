"""The questions, their answer codes and their pages, as data. The codes' wordings are in `data/*.csv`."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from recommender.tables import read_table
from recommender.types import UNKNOWN, Codes


class Kind(StrEnum):
    """How a question is answered: one code, many codes, a whole number on a scale, or an amount of money."""

    ONE = "one"
    MANY = "many"
    SCALE = "scale"
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer: the code that is kept and the wording that is read."""

    code: str
    wording: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question. `none_wording` is the tick that stands for "no code at all", where a question has one.

    `safety` questions have no default: they must be answered, and an unknown code fails closed.
    """

    field: str
    kind: Kind
    title: str
    hint: str
    choices: tuple[Choice, ...] = ()
    none_wording: str | None = None
    safety: bool = False
    low: int = 0
    high: int = 0
    low_wording: str = ""
    high_wording: str = ""

    @property
    def codes(self) -> Codes:
        """Every code that may be answered."""
        return frozenset(choice.code for choice in self.choices)


@dataclass(frozen=True, slots=True)
class Page:
    """The questions that are asked together."""

    number: int
    slug: str
    title: str
    questions: tuple[Question, ...]


def _plain_choices(field: str) -> tuple[Choice, ...]:
    return tuple(Choice(row["code"], row["wording"]) for row in read_table("answers") if row["field"] == field)


def _safety_choices(table: str, kind: str | None = None) -> tuple[Choice, ...]:
    rows = (row for row in read_table(table) if kind is None or row["kind"] == kind)
    choices = tuple(Choice(row["code"], row["plain_wording"]) for row in rows)
    return (*choices, Choice(UNKNOWN, "Prefer not to say"))


RED_FLAGS = Question(
    field="red_flags",
    kind=Kind.MANY,
    safety=True,
    title="Do any of these apply to you now?",
    hint="These can be signs of something that needs a doctor, not a product. We ask them first.",
    choices=_safety_choices("red_flags"),
    none_wording="None of these",
)
AREAS = Question(
    field="areas",
    kind=Kind.MANY,
    title="Where would you use it?",
    hint="So that we show things that reach the spot.",
    choices=_plain_choices("areas"),
    none_wording="Nowhere in particular",
)
PAIN_KIND = Question(
    field="pain_kind",
    kind=Kind.MANY,
    title="What is it like, or what is it for?",
    hint="Tools are made for different uses; this tells them apart.",
    choices=_plain_choices("pain_kind"),
    none_wording="None of these",
)
INTENSITY = Question(
    field="intensity",
    kind=Kind.SCALE,
    title="How strong was it on average in the past week?",
    hint="When it is strong we choose gentler things.",
    low=0,
    high=10,
    low_wording="Not there at all",
    high_wording="As strong as you can imagine",
)
INTERFERENCE = Question(
    field="interference",
    kind=Kind.SCALE,
    title="How much did it get in the way in the past week?",
    hint="Of what you do and of what you enjoy. When it is a lot, a clinician may help more than a product.",
    low=0,
    high=10,
    low_wording="Not at all",
    high_wording="Completely",
)
DURATION = Question(
    field="duration",
    kind=Kind.ONE,
    title="How long has it been there?",
    hint="Something new and something old call for different care.",
    choices=_plain_choices("duration"),
)
TRIGGERS = Question(
    field="triggers",
    kind=Kind.MANY,
    title="What brings it on?",
    hint="It tells us when and where you are likely to use it.",
    choices=_plain_choices("triggers"),
    none_wording="Nothing in particular",
)
POSITION = Question(
    field="position_preference",
    kind=Kind.ONE,
    title="How would you like to use it?",
    hint="Some things need a bed or a wall, others work in a chair.",
    choices=_plain_choices("position_preference"),
)
PRESSURE = Question(
    field="pressure_preference",
    kind=Kind.SCALE,
    title="How firm should it feel?",
    hint="Products differ a lot. When in doubt, start mild.",
    low=1,
    high=5,
    low_wording="Very mild",
    high_wording="Very strong",
)
EXPERIENCE = Question(
    field="experience",
    kind=Kind.ONE,
    title="How well do you know such tools?",
    hint="Some are too strong for a first try.",
    choices=_plain_choices("experience"),
)
PORTABILITY = Question(
    field="portability_need",
    kind=Kind.ONE,
    title="Does it have to travel?",
    hint="So that we look at size and weight.",
    choices=_plain_choices("portability_need"),
)
MOBILITY = Question(
    field="mobility_limits",
    kind=Kind.MANY,
    title="Is any of this hard for you?",
    hint="So that we leave out what you could not use.",
    choices=_plain_choices("mobility_limits"),
    none_wording="None of these",
)
HEALTH = Question(
    field="health",
    kind=Kind.MANY,
    safety=True,
    title="Does any of this apply to the person who will use it?",
    hint="Some products are not suitable then. We leave those out and tell you why.",
    choices=_safety_choices("health_codes", "health"),
    none_wording="None of these",
)
ALLERGIES = Question(
    field="allergies",
    kind=Kind.MANY,
    safety=True,
    title="Does the person react to any of these materials?",
    hint="We leave out every product that contains them.",
    choices=_safety_choices("health_codes", "allergy"),
    none_wording="None of these",
)
BUDGET = Question(
    field="max_budget",
    kind=Kind.NUMBER,
    title="What is the most you would like to spend?",
    hint="We show nothing above it.",
    none_wording="No limit",
)
GOAL = Question(
    field="goal",
    kind=Kind.ONE,
    title="What would you like most?",
    hint="It decides between products that fit equally well.",
    choices=_plain_choices("goal"),
)

PAGES = (
    Page(1, "warning-signs", "Warning signs", (RED_FLAGS,)),
    Page(2, "where", "Where, and what for", (AREAS, PAIN_KIND)),
    Page(3, "how-strong", "How strong, how much in the way, how long", (INTENSITY, INTERFERENCE, DURATION)),
    Page(4, "triggers", "What brings it on", (TRIGGERS,)),
    Page(5, "use", "How you would use it", (POSITION, PRESSURE, EXPERIENCE, PORTABILITY, MOBILITY)),
    Page(6, "health", "Health and allergies", (HEALTH, ALLERGIES)),
    Page(7, "budget", "Budget and goal", (BUDGET, GOAL)),
)

QUESTIONS: Mapping[str, Question] = {question.field: question for page in PAGES for question in page.questions}
