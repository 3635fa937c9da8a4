"""What the name of an argument and its published format give away of its role: words and formats.

A name that is not in here gives nothing away. It decides nothing, and reads no value.
"""

from collections.abc import Iterable, Mapping

from guard.model.call import Json
from guard.model.secret_name import known_by_heart

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
    "title": frozenset({"title", "subject", "headline", "titel", "betreff", "titre", "objet"}),
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
        | {"beginn", "ende", "debut", "fin", "heure"}
    ),
    "profile": frozenset(
        {"first_name", "last_name", "full_name", "street", "city", "zip", "zip_code", "postcode"}
        | {"birthday", "birth_date", "date_of_birth"}
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
    "body": frozenset({"text", "content", "contents", "markdown", "html", "message"}),
    "when": frozenset(
        {"date", "datetime", "deadline", "until", "day", "time", "at", "on", "since"}
    ),
    "permission": frozenset({"permission", "permissions", "role", "visibility", "privacy"}),
}
"""Last words of names: `billing_email`, `phone`, `refund_amount`, `departure_date`."""
_NUMBERED = frozenset({"number", "no", "nr", "ref", "reference"})
_HOLDERS = frozenset({"account", "card", "phone", "mobile", "routing", ""})
"""Words before `number` by which somebody is known, and nothing that is there."""
_TELEPHONES = frozenset({"phone_number", "telephone", "mobile", "mobile_number", "msisdn"})
FORMATS: Mapping[str, str] = {
    "email": "recipient", "idn-email": "recipient",
    "uri": "url", "url": "url", "iri": "url",
    "date": "when", "date-time": "when", "time": "when",
}  # fmt: skip
"""Formats of JSON Schema by the role of what is written in them."""
LADDER: Mapping[str, int] = {
    "none": 0, "private": 1, "r": 1, "read": 1, "read_only": 1, "readonly": 1, "view": 1,
    "viewer": 1, "reader": 1, "internal": 2, "comment": 2, "commenter": 2, "w": 3, "rw": 4,
    "write": 4, "read_write": 4, "readwrite": 4, "writer": 4, "edit": 4, "editor": 4,
    "manage": 5, "manager": 5, "maintain": 5, "admin": 6, "owner": 7, "full": 7, "public": 8,
}  # fmt: skip
"""How much a permission gives, by its usual names; only the order counts."""


def role_by_name(word: str) -> str:
    """Return the role that a name in snake case gives away; empty: none."""
    role = next((role for role, names in ROLES.items() if word in names), "")
    if not role and known_by_heart(word):
        return "secret"
    if not role and word in _TELEPHONES:
        return "recipient"
    before, _, last = word.rpartition("_")
    thing = last in {"ref", "reference"} or before.rpartition("_")[2] not in _HOLDERS
    if not role and (last == "id" or (last in _NUMBERED and thing)):
        return "id"
    return role or next((role for role, ends in _ENDS.items() if last in ends), "")


def role_by_format(parts: Iterable[Mapping[str, Json]]) -> str:
    """Return the role that the format of an argument, or of what it may be, gives away."""
    found = {FORMATS.get(str(one.get("format", "")), "") for one in parts} - {""}
    return found.pop() if len(found) == 1 else ""
