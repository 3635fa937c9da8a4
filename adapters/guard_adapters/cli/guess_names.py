"""What the name of an argument and its published format give away of its role: words and formats.

A name that is not in here gives nothing away. It decides nothing, and reads no value.
"""

import re
from collections.abc import Iterable, Mapping

from guard.model.call import Json
from guard.model.secret_name import known_by_heart
from guard.provenance.vocabulary.lexicon import noun_classes, stem
from guard.provenance.vocabulary.words import CONTAINERS

ADDRESS_LINES = frozenset(
    {
        f"{one}{n}"
        for one in ("address", "address_", "address_line", "address_line_", "line")
        for n in (1, 2)
    }
    | {"state", "province", "county", "country", "country_code", "house_number"}
)
"""Names of the lines of an address, beside a street, a city or a postcode."""
POSTCODES = frozenset(
    {"zip", "zip_code", "zipcode", "postcode", "post_code", "postal_code", "plz", "code_postal"}
)
OWN_NAMES = frozenset(
    {"first_name", "last_name", "full_name", "firstname", "lastname", "fullname", "given_name"}
    | {"family_name", "surname"}
)
"""Names under which somebody's own name stands."""
SUMMARIES = frozenset({"summary", "zusammenfassung", "resume"})
"""Names of a title or of a text, as what stands beside them tells."""
_TRACKED = frozenset({"issue_type", "project", "project_key", "labels", "priority", "location"})
"""Names beside which it is the title of something."""
_SIDES = ("source", "destination", "src", "dst", "from", "to", "input", "output")
ROLES: Mapping[str, frozenset[str]] = {
    "recipient": frozenset(
        {"to", "cc", "bcc", "recipient", "recipients", "reply_to", "forward_to", "email"}
        | {"attendees", "participants", "invitees", "an", "empfaenger", "destinataire"}
    ),
    "url": frozenset({"url", "urls", "uri", "uris", "link", "href", "webhook", "endpoint"}),
    "path": frozenset(
        {"path", "paths", "file", "files", "filename", "file_path", "directory", "dir", "folder"}
        | {"source", "destination", "src", "dst", "dest", "target_path", "new_path", "old_path"}
        | {"datei", "dateiname", "ordner", "pfad", "fichier", "nom_fichier", "dossier", "chemin"}
        | {f"{one}_{what}" for one in _SIDES for what in ("path", "file")}
    ),
    "amount": frozenset({"amount", "amount_minor", "amount_cents", "betrag", "montant"}),
    "command": frozenset({"command", "cmd", "script", "code", "sql", "shell"}),
    "query": frozenset({"query", "q", "search", "pattern"}),
    "title": frozenset(
        {"title", "subject", "headline", "titel", "betreff", "titre", "objet"}
        | {"new_title", "new_subject", "new_name", "reaction", "emoji", "reaction_name"}
        | {"emoji_name", "qty", "quantity"}
    ),
    "body": frozenset(
        {"body", "text", "content", "message", "note", "notes", "memo", "description", "comment"}
        | {"comments", "remarks", "reason", "caption", "markdown", "html", "special_requests"}
        | {"special_request", "instructions", "nachricht", "inhalt", "verwendungszweck", "notiz"}
        | {"bemerkung", "kommentar", "grund", "texte", "corps", "contenu", "commentaire", "motif"}
    ),
    "secret": frozenset(
        {"password", "new_password", "secret", "token", "api_key", "apikey", "pin"}
        | {"passwort", "kennwort", "mot_de_passe"}
    ),
    "attach": frozenset({"attachment", "attachments", "attached_files"}),
    "when": frozenset(
        {"date", "day", "time", "start", "end", "start_time", "end_time", "start_date", "end_date"}
        | {"due", "check_in", "check_out", "arrival", "departure", "datum", "uhrzeit", "zeit"}
        | {"month", "beginn", "ende", "debut", "fin", "heure"}
    ),
    "profile": frozenset(
        OWN_NAMES
        | {"street", "city"}
        | POSTCODES
        | {"birthday", "birth_date", "date_of_birth"}
        | ADDRESS_LINES
    ),
    "permission": frozenset(
        {"permission", "permissions", "access", "access_level", "role", "right", "rights"}
        | {"privilege", "privileges", "scope", "visibility"}
    ),
}
_ENDS: Mapping[str, frozenset[str]] = {
    "recipient": frozenset({"email", "phone", "iban", "recipient", "payee", "beneficiary"}),
    "url": frozenset({"url", "uri", "webhook", "link", "host", "hostname", "domain", "feed"}),
    "amount": frozenset({"amount"}),
    "path": frozenset({"path", "filepath", "dir", "directory"}),
    "body": frozenset(
        {"text", "content", "contents", "markdown", "html", "message", "body", "comment"}
        | {"comments", "note", "notes", "remark", "remarks", "description"}
        | {"feedback"}
    ),
    "when": frozenset(
        {"date", "datetime", "deadline", "until", "day", "time", "at", "on", "since"}
    ),
    "permission": frozenset({"permission", "permissions", "role", "visibility", "privacy"}),
}
"""Last words of names: `billing_email`, `phone`, `refund_amount`, `departure_date`."""
_NUMBERED = frozenset({"number", "no", "nr", "ref", "reference"})
_HOLDERS = frozenset({"account", "card", "phone", "mobile", "routing", ""})
"""Words before `number` by which somebody is known, and nothing that is there."""
_OF_THINGS = frozenset({"number", "no", "nr", "index"})
"""Last words of names under which a whole number is one of several things."""
_ALIKE = frozenset({"ids", "uuids", "iids", "guids"})
_OPAQUE = frozenset({"id", "iid", "uuid", "guid", "sha", "etag"})
"""Last words of names under which one version or one thing is known to a program alone."""
_REPLIED = frozenset({"in_reply_to", "thread_ts", "message_ts", "parent_ts"})
"""Names of the message that another one answers, or stands under."""
_KEPT = frozenset({"ticket", "page", "file", "event", "order"})
_BOXES = frozenset(map(stem, CONTAINERS - {"user", "contact", "server", "symbol", "customer"}))
_SAYS_ID = re.compile(
    r"\s*(?:(?:an?|the|optional:?)\s+)?(?:[\w-]+\s+){0,3}?"
    r"(?:ids?|identifiers?|uuids?|(?:issue|project|ticket|page|task)\s+keys?"
    r"|timestamp\s+of\s+(?:the|an?)\s+(?:[\w-]+\s+)?(?:message|post|comment|thread))\b"
    r"(?P<rest>[^.(]*)",
    re.IGNORECASE,
)
"""How the description of an argument begins that takes an id."""
_OR_ID = re.compile(r"\s+or\s+(?:[\w-]+\s+){0,3}?ids?\b", re.IGNORECASE)
"""What still says an id: "payment method id or gift card id"."""
_SAYS_MORE = re.compile(
    r"\b(?:or|names?|e-?mails?|address(?:es)?|phones?|handles?|urls?|number\s+of|count|recipients?"
    r"|payees?|receivers?|beneficiar(?:y|ies)|invitees?"
    r"|(?:to|for)\s+(?:send|pay|share|invite|transfer|message|notify)\w*)\b",
    re.IGNORECASE,
)
"""What says that it may be something else, or somebody whom the call reaches."""
_DONE_TO = re.compile(
    r"\s+of\s+(?:(?:the|an?)\s+)?(?:[\w-]+\s+)?(?P<thing>[\w-]+)\s+to\s+(?:re)?(?:send|share)\s*$",
    re.IGNORECASE,
)
"""What says which thing goes to somebody, and not to whom: "id of the invoice to send"."""
_WHERE_TO = frozenset({"to", "into", "onto", "destination", "target"})
_MONEY = re.compile(
    r"(?<![a-z])(refund\w*|pay\w*|paid|money|cash\w*|cards?|credit\w*|deposit\w*|transfer\w*"
    r"|withdraw\w*|reimburse\w*|repay\w*|bank\w*|accounts?|wallets?|vouchers?)(?![a-z])",
    re.IGNORECASE,
)
"""What says that money goes there: who gets it is a receiver, by whatever id."""
_IN_WORDS = re.compile(r"_(?:string|str|phrase|expression)$")
"""How the name ends of what is read as people say it: `due_string`."""
_TELEPHONES = frozenset({"phone_number", "telephone", "mobile", "mobile_number", "msisdn"})
FORMATS: Mapping[str, str] = {
    "email": "recipient", "idn-email": "recipient",
    "uri": "url", "url": "url", "iri": "url",
    "date": "when", "date-time": "when", "time": "when",
}  # fmt: skip
"""Formats of JSON Schema by the role of what is written in them."""
LADDER: Mapping[str, int] = {
    "none": 0, "private": 1, "r": 1, "read": 1, "read_only": 1, "readonly": 1, "view": 1,
    "viewer": 1, "reader": 1, "pull": 1, "internal": 2, "triage": 2, "comment": 2, "commenter": 2,
    "w": 3, "rw": 4, "push": 4, "write": 4, "read_write": 4, "readwrite": 4, "writer": 4,
    "edit": 4, "editor": 4, "manage": 5, "manager": 5, "maintain": 5, "admin": 6, "owner": 7,
    "full": 7, "public": 8,
}  # fmt: skip
"""How much a permission gives, by its usual names; only the order counts."""


def role_by_name(word: str) -> str:
    """Return the role that a name in snake case gives away; empty: none."""
    role = next((role for role, names in ROLES.items() if word in names), "")
    if not role and _IN_WORDS.sub("", word) in ROLES["when"]:
        return "when"
    if not role and known_by_heart(word):
        return "secret"
    if not role and word in _TELEPHONES:
        return "recipient"
    before, _, last = word.rpartition("_")
    thing = last in {"ref", "reference"} or before.rpartition("_")[2] not in _HOLDERS
    known = last in _OPAQUE or word in _REPLIED
    if not role and (known or (last in _NUMBERED and thing)):
        return "id"
    return role or next((role for role, ends in _ENDS.items() if last in ends), "")


def summary_role(beside: Iterable[str]) -> str:
    """Return what a summary is: the title of what is planned or tracked, or else a text."""
    tracked = any(role_by_name(one) in {"when", "body"} or one in _TRACKED for one in beside)
    return "title" if tracked else "body"


def is_id(word: str, said: str, *, number: bool) -> bool:
    """Return whether an argument takes the id of a thing, by its name or by its description.

    Args:
        word: its name in snake case.
        said: what its schema says of it.
        number: whether it takes a number.
    """
    before, _, last = word.rpartition("_")
    if last in _ALIKE or (last in {"key", "keys"} and _is_thing(before)):
        return True
    if number and last in _OF_THINGS and not _SAYS_MORE.search(said):
        return before not in _HOLDERS - {""}
    if last in _WHERE_TO and _MONEY.search(f"{before} {said}".replace("_", " ")):
        return False
    found = _SAYS_ID.match(said)
    if found is None or _SAYS_MORE.search(word.replace("_", " ")):
        return False
    done = _DONE_TO.search(found[0])
    if done and "person" not in noun_classes(stem(done["thing"])) and done["thing"].lower() == last:
        return True
    return _SAYS_MORE.search(_OR_ID.sub("", found[0])) is None


def _is_thing(name: str) -> bool:
    """Return whether a name is that of a thing with a key of its own: an issue, a project."""
    last = stem(name.rpartition("_")[2])
    return bool(noun_classes(last) & _KEPT) or last in _BOXES


def role_by_format(parts: Iterable[Mapping[str, Json]]) -> str:
    """Return the role that the format of an argument, or of what it may be, gives away."""
    found = {FORMATS.get(str(one.get("format", "")), "") for one in parts} - {""}
    return found.pop() if len(found) == 1 else ""
