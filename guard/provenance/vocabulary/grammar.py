"""The little words by which a sentence is seen to ask, to tell or to dictate: plain data.

English, and enough German and French to see that a sentence is not; and how a plural ends.
"""

import re
from functools import lru_cache

from guard.provenance.vocabulary.words import set_of

PAST = set_of(
    """
sent wrote written paid made gave given told got bought shown found held kept left lent met
said seen sold spent took taken went gone done chose chosen broke drew drawn began
"""
)
"""Forms that tell of what was done, beside those in -ed."""

ASKING = set_of(
    """
to and or then please pls plz also just now first finally next kindly afterwards but go let's lets
simply ok okay yes yep yeah hi hey hello sure alright thanks thx
directly immediately instead even quickly additionally lastly
"""
)
"""Words after which a verb is a request: nothing stands between it and the person."""

AUXILIARIES = set_of(
    "you can could will would shall should must might may do help need you'll we'll i'll let "
    "someone somebody anyone anybody"
)
"""Words after which a verb is what somebody is to do."""

GERUNDS = set_of(
    """
in with by for about mind start consider of try on after before through from and when while begin
continue keep
"""
)
"""Words after which a verb in -ing may be a request."""

FULFILLED = set_of("be get gets")
"""Words after which a verb in the past asks for what it says: it should be sent."""

ENGLISH = set_of("the a an to and please of my me you for with is it in on")
"""Words by which a sentence is seen to be English."""

FOREIGN = set_of(
    """
der die das den dem ein eine einen und für bitte mir mich ich an von zu le la les un une et du
pour avec je tu vous s'il plaît à aux sur peux-tu pouvez-vous kannst könntest
"""
)
"""Words by which a sentence is seen to be German or French."""

BEING = set_of("is are was were has had will would should sure")
"""Words before which there is no verb, but what is spoken of."""

OBJECTS = set_of("the a an my our your this that these those them him her it me us all each every")
"""Words with which the object of a verb begins."""

ARTICLES = set_of("a an my our your another")
"""Words before a thing, and before no verb."""

PEOPLE = set_of("me us him her them it his their")
"""Words for those who were named before."""

OWNING = set_of("its their his her whose")
"""Words for the owner of what stands behind them."""

OWNED = re.compile(r"['\u2019]s?$")
"""How a word ends that is the owner of what stands behind it."""

BY = set_of("by von durch par")
"""Words before whoever does what is said."""

FATES = set_of(
    """
approve accept allow permit confirm grant authorize redeem release sign install restore merge
suspend ban block unblock unlock disable deactivate freeze terminate lock evict expel
"""
)
"""Acts by which somebody gets or loses something: what is marked so, nobody did yet."""

CALENDAR = set_of(
    "monday tuesday wednesday thursday friday saturday sunday january february march april may "
    "june july august september october november december montag dienstag mittwoch donnerstag "
    "freitag samstag sonntag januar februar märz juni juli oktober dezember"
)
"""Words with a capital letter that are nobody."""

REFERRING = set_of("it its them that this those these one him her es das ihn sie le la les ça")
"""Words for what was named before."""

FURTHER = set_of(
    """
else other others more further anymore sonst andere anderen weitere weiteren autre autres plus
"""
)
"""Words of a clause that forbids something beside what was asked for."""

REFUSING = set_of("thanks thank way stop wait nope never not dont don please sorry sir wrong")
"""Words after a "no" that refuses."""

CONTENTED = set_of(
    """
problem problems worries rush hurry doubt need matter more later less fewer longer biggie pressure
stress one idea clue questions question comment
"""
)
"""Words after a "no" that refuses nothing."""

SUPPORT = set_of(
    """
make do perform process execute arrange request require need manage handle proceed issue place
want complete initiate facilitate leave put add write create submit post
"""
)
"""Verbs that leave it to their object to say what is done."""

TO_ME = frozenset((one, to) for one in ("give", "tell", "show", "get") for to in ("me", "us"))
"""Requests that are answered to the person, and change nothing."""

_COUNTED = ("twice", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
NUMBERS = {word: max(number, 2) for number, word in enumerate(_COUNTED, start=1)}
"""Numbers in words."""

DICTATED = set_of(
    "following message text question note comment reply words content description title subject "
    "body post nachricht text folgende message texte suivant"
)
"""Words before a colon after which the person dictates."""

TITLES = ("Dr", "Mr", "Ms", "Mrs", "Prof")
"""Words before a name whose full stop ends no sentence."""

EACH = set_of(
    """
each every all both everyone everybody respective respectively alle jede jeden jeder jedes tous
toutes chaque
"""
)
"""Words by which a request means each one of a kind."""

EVERY = EACH | set_of("everything whole entire allen alles tout")
"""Words for all there are."""

WIDE = EVERY | set_of("public publicly publish anyone anybody world broadcast öffentlich reply-all")
"""Words by which people want something to reach everybody, or be done to all."""

RANKLESS = set_of(
    """
request rest guest interest test west contest harvest forest honest modest manifest digest suggest
chest quest protest invest nest vest priest arrest inquest bequest liste listen kosten posten
kasten gästen testen westen osten dienste
"""
)
"""Words that end like a superlative and are none."""

UNCOMPARED = set_of(
    """
number other latter former paper letter order folder owner user member server computer printer
newsletter center corner power cover answer offer manager remainder quarter chapter register header
leader reader buyer
"""
)
"""Words that end like a comparative and are none."""


def is_plural(word: str) -> bool:
    """Return whether a word ends as that for several things: guests, and no address."""
    return word.endswith("s") and not word.endswith("ss")


_STOPS = re.compile(
    rf"\b(?:one|{'|'.join(NUMBERS)}|\d+|non|no|an?|each|per|first|last|next|bus|tram|train)[\s-]+"
    r"(?:(?:short|long|single|quick|further|extra)\s+)?stop(?:s|over)?(?![\w'\u2019-])",
    re.IGNORECASE,
)
_STOP = re.compile(r"\bstop(?:s|ped|ping|over)?\b", re.IGNORECASE)
_NO_VERBS = frozenset({"stop"}), frozenset[str]()


@lru_cache(maxsize=256)
def things_in(text: str) -> frozenset[str]:
    """Return the stems of verbs that a text uses for things alone: of "a one stop flight"."""
    found = len(_STOPS.findall(text))
    return _NO_VERBS[not found or found < len(_STOP.findall(text))]
