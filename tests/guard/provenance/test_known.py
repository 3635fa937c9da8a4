"""The index of a session is the fold of its segments, and forgets towards caution."""

import pytest

from guard.errors import Unavailable
from guard.model.origin import Source
from guard.provenance.request.said import read_task
from guard.provenance.result.known import Known
from guard.provenance.result.segment import Seen, Segment, chained, segment_of, value_digest

ANA = ("email", "ana@firm.example")


def seen(kind="email", canonical=ANA[1], source=Source.TRUSTED, record=1, path="*.email", **more):
    return Seen(kind, canonical, path, source, record, **more)


def segment(*values, step=1, **more):
    return Segment(step=step, action="crm/find", seen=values, **more)


def test_a_segment_is_read_back_as_it_was_written():
    one = segment(seen(excerpt="mail ana"), step=7, wrote=("ab",), write="cd")
    assert segment_of(one.body) == one


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"[]", b"[[1],[],[]]", b'[[1,"a","",false,false],[],[[1]],[]]']
)
def test_a_segment_that_nobody_wrote_is_refused(body):
    with pytest.raises(Unavailable) as caught:
        segment_of(body)
    assert caught.value.code == "state_corrupt"


def test_the_chain_tells_an_altered_order():
    one, two = segment(seen()).body, segment(seen(), step=2).body
    assert chained(chained("", one), two) != chained(chained("", two), one)


def test_two_indexes_of_the_same_segments_answer_alike():
    parts = [segment(seen(), step=1), segment(seen(source=Source.UNTRUSTED), step=2)]
    first, second = Known(), Known()
    for part in parts:
        first.learn(part)
        second.learn(segment_of(part.body))
    assert first.places(*ANA) == second.places(*ANA)
    assert (first.chain, first.learned) == (second.chain, 2)


def test_what_the_agent_wrote_comes_back_untrusted():
    known = Known()
    known.learn(segment(wrote=(value_digest(*ANA),), write="w"))
    known.learn(segment(seen(), step=2))
    assert [one.seen.source for one in known.places(*ANA)] == [Source.UNTRUSTED]


def test_what_was_trusted_before_the_agent_wrote_it_stays_so_where_it_stood():
    known = Known()
    known.learn(segment(seen()))
    known.learn(segment(seen(record=1), step=2, wrote=(value_digest(*ANA),)))
    assert next(one.seen.source for one in known.places(*ANA)) is Source.TRUSTED


def test_a_full_index_gives_up_untrusted_values_first_and_never_trusted_ones():
    known = Known(cap=20)
    known.learn(segment(seen(record=0)))
    for step in range(2, 60):
        loose = seen(canonical=f"x{step}@else.example", source=Source.UNTRUSTED, record=0)
        known.learn(segment(loose, step=step))
    assert known.full
    assert known.places(*ANA)
    kept = [s for s in range(2, 60) if known.places("email", f"x{s}@else.example")]
    assert len(kept) < 20
    known.learn(segment(seen(canonical="new@firm.example", record=0), step=60))
    assert known.places("email", "new@firm.example")


def test_a_full_index_of_trusted_values_learns_no_more():
    known = Known(cap=5)
    for step in range(1, 9):
        known.learn(segment(seen(canonical=f"t{step}@firm.example", record=0), step=step))
    assert known.full
    assert not known.places("email", "t8@firm.example")


def test_two_objects_of_one_name_share_it_and_one_seen_twice_does_not():
    def row(number, name):
        return (
            Seen("text", name, "*.name", Source.TRUSTED, 1),
            Seen("text", str(number), "*.id", Source.TRUSTED, 1),
        )

    known = Known()
    known.learn(segment(*row(1, "report")))
    known.learn(segment(*row(1, "report"), step=2))
    assert not known.shared("report")
    known.learn(segment(*row(2, "report"), step=3))
    assert known.shared("report")


@pytest.mark.parametrize(
    ("said", "title", "is_it"),
    [
        ("Open the sales review notes", "sales-review-notes.docx", True),
        ("Open the sales review notes", "2026_sales_review.pdf", True),
        ("Open 'sales-review-notes.docx'", "team-review-notes.docx", False),
        ("Open the sales figures", "review-docx.docx", False),
    ],
)
def test_a_file_is_meant_by_the_words_of_its_name(said, title, is_it):
    known = Known()
    known.learn(segment(seen("text", title, path="*.filename"), seen("text", "7", path="*.id")))
    record = known.record(known.places("text", title)[0].record)
    assert read_task([said]).naming.links_to(record) is is_it


def test_people_are_known_by_each_word_of_their_trusted_names():
    known = Known()
    own = Seen("text", "Ana Brook", "*.name", Source.TRUSTED, 1)
    known.learn(Segment(step=1, action="crm/list_members", seen=(own,)))
    assert known.bearers("ana") == known.bearers("brook") == 1
    more = own._replace(canonical="Ana Oak"), own._replace(canonical="Ana Elm", record=2)
    known.learn(Segment(step=2, action="crm/list_members", seen=more))
    assert known.bearers("ana") == 3
    boat = own._replace(canonical="Vera Stoll")
    known.learn(Segment(step=3, action="crm/list_orders", seen=(boat,)))
    loose = own._replace(canonical="Cy Vale", source=Source.UNTRUSTED)
    known.learn(Segment(step=4, action="crm/list_members", seen=(loose,)))
    assert known.bearers("vera") == known.bearers("cy") == 0
