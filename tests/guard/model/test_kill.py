"""Whom a stop of a person meets, where the subject holds the mark between issuer and subject."""

import pytest

from guard.model.identity import Agent, Principal, Who
from guard.model.kill import Kill

ISSUER = "https://t.eu.auth0.com/"
ODD = Principal(issuer=ISSUER, subject="auth0|6543")
STRANGER = Principal(issuer=ISSUER, subject="6543")


def stop(name):
    return Kill(scope="principal", name=name, why="", by="", at_ms=1)


@pytest.mark.parametrize("name", [ODD.key, ODD.subject])
def test_the_tokens_of_whom_a_stop_meets_are_void(name):
    one = stop(name)
    assert one.stops("bank", "pay", Who(principal=ODD, agent=Agent(id="bot")))
    assert ODD.subject in {epoch.name for epoch in one.epochs()}


def test_those_of_a_stranger_are_not():
    one = stop(ODD.key)
    assert not one.stops("bank", "pay", Who(principal=STRANGER, agent=Agent(id="bot")))
    assert STRANGER.subject not in {epoch.name for epoch in one.epochs()}


def test_a_subject_alone_is_one_epoch():
    assert [(one.kind, one.name) for one in stop("ana").epochs()] == [("principal", "ana")]


@pytest.mark.parametrize("person", [ODD, STRANGER, Principal(issuer="os", subject="ana")])
def test_a_key_names_the_person_that_it_was_made_of(person):
    assert Principal.named(person.key) == person
