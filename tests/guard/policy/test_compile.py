"""A bundle is made once of the same texts and catalogue, one after the other, and of no others."""

from dataclasses import replace

from guard.policy.catalog import read_catalog
from guard.policy.compile import compile_bundle
from tests.guard.policy.conftest import catalog_data

TEXT = {"a.cedar": '@id("A") @reason("open") permit (principal, action, resource);'}


def test_the_same_texts_and_catalogue_give_the_same_bundle():
    first, again = (compile_bundle(TEXT, read_catalog(catalog_data())) for _ in range(2))
    assert first is again


def test_any_other_text_name_or_catalogue_gives_another():
    first = compile_bundle(TEXT, read_catalog(catalog_data()))
    other = catalog_data() | {"zone": "UTC"}
    assert compile_bundle({"b.cedar": TEXT["a.cedar"]}, first.catalog) is not first
    assert compile_bundle(TEXT, first.catalog, full=True) is not first
    assert compile_bundle(TEXT, read_catalog(other)).digest != first.digest
    changed = {"a.cedar": TEXT["a.cedar"].replace("open", "closed")}
    assert compile_bundle(changed, first.catalog).rules["A"].reason == "closed"


def test_a_catalogue_that_was_changed_under_its_digest_is_not_taken_for_the_first():
    catalog = read_catalog(catalog_data())
    first = compile_bundle(TEXT, catalog)
    fewer = replace(catalog, tools={}, ledgers=())
    second = compile_bundle(TEXT, fewer)
    assert (first.catalog.digest, second.catalog) == (fewer.digest, fewer)
    assert first.slice_of("payments", "send_money") is not None
    assert second.slice_of("payments", "send_money") is None
