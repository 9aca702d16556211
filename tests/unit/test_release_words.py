"""The rules of a release check: who may speak, what two words give, where an answer may go."""

from itertools import product

import pytest

from maillage.exchange.release import (
    MOVES,
    OPEN,
    CheckerError,
    Outcome,
    ReleaseStateError,
    Standing,
    Word,
    WordError,
    check_checker,
    check_standing,
    is_same_person,
    weigh,
    word_outcome,
    word_standing,
)


def word(outcome: Outcome, by: str = "Dr Faure", *masks: str) -> Word:
    if outcome is Outcome.MASKED and not masks:
        masks = ("persons",)
    return Word(by, outcome, frozenset(masks), "pourquoi")


CONFORM, REFUSED = word(Outcome.CONFORM), word(Outcome.REFUSED)
MASKED, EXAMINE = word(Outcome.MASKED), word(Outcome.EXAMINE)


@pytest.mark.parametrize(
    ("said", "new", "checkers", "standing"),
    [
        ([], CONFORM, 1, Standing.RELEASED),
        ([], MASKED, 1, Standing.RELEASED),
        ([], REFUSED, 1, Standing.REFUSED),
        ([], EXAMINE, 1, Standing.EXAMINED),
        ([], CONFORM, 2, Standing.SECONDED),
        ([], REFUSED, 2, Standing.SECONDED),
        ([], EXAMINE, 2, Standing.EXAMINED),
        ([CONFORM], CONFORM, 2, Standing.RELEASED),
        ([REFUSED], REFUSED, 2, Standing.REFUSED),
        ([MASKED], MASKED, 2, Standing.RELEASED),
        ([CONFORM], REFUSED, 2, Standing.EXAMINED),
        ([REFUSED], CONFORM, 2, Standing.EXAMINED),
        ([CONFORM], MASKED, 2, Standing.EXAMINED),
        ([MASKED], word(Outcome.MASKED, "Mme Roux", "steps"), 2, Standing.EXAMINED),
        ([CONFORM], EXAMINE, 2, Standing.EXAMINED),
    ],
)
def test_words_lead_where_the_table_of_outcomes_says(
    said: list[Word], new: Word, checkers: int, standing: Standing
) -> None:
    assert weigh(new, said=said, checkers=checkers) is standing
    assert standing in MOVES[Standing.SECONDED if said else Standing.WAITING]


@pytest.mark.parametrize(("present", "to"), list(product(Standing, Standing)))
def test_only_the_moves_of_the_table_are_made(present: Standing, to: Standing) -> None:
    if to in MOVES[present]:
        check_standing("task-1", present=present, to=to)
    else:
        with pytest.raises(ReleaseStateError):
            check_standing("task-1", present=present, to=to)


def test_an_answer_that_left_or_was_refused_stays_so() -> None:
    assert not MOVES[Standing.RELEASED] | MOVES[Standing.REFUSED]
    assert all({Standing.RELEASED, Standing.REFUSED} <= MOVES[standing] for standing in OPEN)
    assert all(word_standing(standing) for standing in Standing)
    assert all(word_outcome(outcome) for outcome in Outcome)


@pytest.mark.parametrize(
    ("by", "said"),
    [
        ("Dr Inconnu", []),
        ("alice", []),
        ("  ALICE ", []),
        ("Dr Faure", [CONFORM]),
        ("dr  faure", [CONFORM]),
        ("Dr Fauré", [CONFORM]),
    ],
)
def test_nobody_checks_their_own_question_nor_twice(by: str, said: list[Word]) -> None:
    with pytest.raises(CheckerError):
        check_checker(by, allowed=["Dr Faure", "Mme Roux", "alice"], requester="alice", said=said)


def test_with_nobody_named_nobody_checks() -> None:
    with pytest.raises(CheckerError):
        check_checker("Dr Faure", allowed=[], requester="alice", said=[])


def test_two_persons_are_two_names() -> None:
    check_checker("Mme Roux", allowed=["Dr Faure", "mme roux"], requester="alice", said=[CONFORM])
    assert not is_same_person("Dr Faure", "Mme Roux")


@pytest.mark.parametrize(
    ("outcome", "masks", "note"),
    [
        (Outcome.MASKED, (), ""),
        (Outcome.CONFORM, ("persons",), ""),
        (Outcome.REFUSED, (), ""),
        (Outcome.EXAMINE, (), ""),
    ],
)
def test_a_word_says_what_it_must(outcome: Outcome, masks: tuple[str, ...], note: str) -> None:
    with pytest.raises(WordError):
        Word("Dr Faure", outcome, frozenset(masks), note)
