"""The questionnaire holds together: seven pages, every question once, wordings for every code."""

from recommender.questionnaire import PAGES, QUESTIONS, Kind
from recommender.safety import FLAGS
from recommender.types import UNKNOWN


def test_there_are_seven_pages_and_warning_signs_come_first():
    assert [page.number for page in PAGES] == [1, 2, 3, 4, 5, 6, 7]
    assert [question.field for question in PAGES[0].questions] == ["red_flags"]


def test_every_question_is_asked_once_and_says_why():
    fields = [question.field for page in PAGES for question in page.questions]

    assert len(fields) == len(set(fields)) == len(QUESTIONS) == 16
    assert all(question.hint and question.title for question in QUESTIONS.values())


def test_safety_questions_can_be_declined():
    safety = [question for question in QUESTIONS.values() if question.safety]

    assert {question.field for question in safety} == {"red_flags", "health", "allergies"}
    assert all(UNKNOWN in question.codes and question.none_wording for question in safety)


def test_choices_have_codes_and_wordings_without_repeats():
    for question in QUESTIONS.values():
        codes = [choice.code for choice in question.choices]

        assert len(codes) == len(set(codes))
        assert all(choice.wording for choice in question.choices)
        assert bool(codes) == (question.kind in (Kind.ONE, Kind.MANY))


def test_every_warning_sign_leads_somewhere():
    assert QUESTIONS["red_flags"].codes - {UNKNOWN} == FLAGS.keys()
