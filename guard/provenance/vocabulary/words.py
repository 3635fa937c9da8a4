"""The words that the readers of prompts know: plain data, English first, some German and French.

A word that is missing asks for nothing and names nothing, so that an unknown language gets more
questions and never fewer checks.
"""

from collections.abc import Mapping


def set_of(text: str) -> frozenset[str]:
    """Return the words of a text that holds nothing else."""
    return frozenset(text.split())


def _classes(text: str) -> Mapping[str, tuple[str, ...]]:
    """Return classes with their words: a line that ends in a colon names the class."""
    found: dict[str, list[str]] = {}
    name = ""
    for line in text.strip().splitlines():
        if line.endswith(":"):
            name = line[:-1]
        else:
            found.setdefault(name, []).extend(line.split())
    return {one: tuple(words) for one, words in found.items()}


VERBS = _classes(
    """
read:
  ask read get list search find check show look see view fetch summarize summarise tell
  count what which who when how lesen zeige suche finde prüfe lire montre cherche trouve
  vérifie
create:
  create make add new put write draft generate produce set record note open schedule initiate
  craft compose construct lodge raise submit file
  book save append store insert register build erstelle schreibe erstellen schreiben
  anlegen eintragen einrichten hänge anhängen trage lege crée créer écris écrire ajoute ajouter
change:
  change update modify edit set adjust rename append correct fix replace increase
  decrease raise lower reduce reset switch extend convert mark patch transition upsert
  ändere ändern aktualisiere aktualisieren hänge anhängen modifie modifier
delete:
  delete remove erase clear discard drop purge trash wipe lösche entferne löschen entfernen supprime
  efface effacer supprimer
send:
  send email e-mail mail message reply respond answer forward write tell notify inform remind
  contact invite text ping let dm sende schicke antworte informiere schicken senden mailen
  antworten informieren schreibe schreib schreiben weiterleiten envoie envoyer réponds répondre
  informe zurücksenden deliver submit
pay:
  pay transfer send refund reimburse wire settle donate tip give split bezahle zahle
  überweise überweis zahlen bezahlen überweisen paie payer vire virer rembourse rembourser
share:
  share give grant invite send teilen freigeben partage partager
schedule:
  schedule plan arrange set book move reschedule postpone create organize plane
  planen verschiebe planifie planifier eintragen einrichten
cancel:
  cancel cancelling delete abort stop revoke withdraw unsubscribe reverse retract
  rescind scrap void annul storniere stornieren annule annuler absagen abbestellen abbrechen
undo:
  undo revert
move:
  move reschedule postpone shift transfer copy rename verschiebe verschieben déplace déplacer
add_member:
  add invite include join subscribe enroll füge ajoute hinzufügen einladen
remove_member:
  remove kick exclude expel ban uninvite revoke entferne retire
post:
  post tweet comment poste
publish:
  publish post announce broadcast expose poste veröffentliche veröffentlichen publie publier
buy:
  buy book reserve order purchase rent acquire procure kaufe buche reserviere bestelle
  kaufen buchen reservieren bestellen achète acheter réserve réserver commande commander
run:
  run execute launch start begin trigger deploy invoke initiate activate engage ignite starte lance
  starten lancer exécute exécuter
"""
)
"""What can be done, by class."""

NOUNS = _classes(
    """
mail:
  email mail message inbox letter note mails gmail nachricht e-mail courriel
message:
  message chat dm sms note reply text word thread post channel slack nachricht
event:
  event meeting appointment calendar call lunch dinner invite reservation slot schedule
  termin rendez-vous réunion besprechung
file:
  file document doc report folder directory drive spreadsheet sheet note list summary text datei
  dokument fichier
money:
  money payment transaction transfer bill invoice refund rent amount salary fee price
  currency zahlung rechnung facture paiement überweisung
person:
  user person member participant people contact guest attendee colleague friend someone
  patient customer client tenant employee passenger student candidate applicant
  everyone recipient receiver addressee payee invitee collaborator contributor
  benutzer mitglied membre
channel:
  channel group room team workspace kanal gruppe groupe canal
password:
  password passcode pin credential passwort kennwort
profile:
  profile account info information name address phone street city details konto profil
  compte adresse
page:
  page website web webpage site url link blog article seite lien
order:
  order purchase cart item product bestellung commande
ticket:
  ticket issue task todo to-do bug case aufgabe tâche
trip:
  hotel flight restaurant car trip travel room reservation booking taxi flug reise
  voyage vol
code:
  code branch commit repository repo pull merge build deploy
database:
  database table row query sql record datenbank
device:
  device car engine door light camera alarm server machine gerät
stock:
  stock share trade portfolio watchlist symbol
post:
  post tweet comment story status feed
"""
)
"""What it can be done with, by class."""

STOP = set_of(
    """
a an and are as at be been but by can could did do does for from had has have he her here
him his how i if in into is it its just like me my need no not of off on or our out please
she should so some than that the their them then there these they this those to too up us
want was we were what when where which while who why will with would you your also about
after again all any because before being between both each every few first last more most
much next now only other over own same such through under until very via wants thanks thank
hello hi hey dear currently already still today tomorrow yesterday make sure let get got per
it's don't i'd i'll i'm let's der die das ein eine und oder mit für von zu im am ist bitte
mir mich ich sie den dem des le la les un une et ou de du pour avec à au aux je tu il elle
s'il vous plaît mon ma mes
"""
)
"""Words that join others and name nothing."""

GENERIC = set_of(
    """
update updates info information regarding details summary reminder note notes meeting
request question follow followup re fwd hello message notification copy new document file
report list plan draft overview untitled invitation confirmation payment transfer event call
discussion notice announcement
"""
)
"""Words of titles that say nothing of their content."""

MONTH_NAMES = set_of(
    """
january february march april may june july august september october november december
jan feb mar apr jun jul aug sep sept oct nov dec januar februar märz mai juni juli oktober
dezember mär okt dez janvier février mars avril juin juillet août septembre octobre novembre
décembre janv févr fév avr juil aoû déc
"""
)
"""How months are written, in full and short."""

PAYING = set_of(
    """
pay paid transfer send wire refund reimburse amount price cost rent budget limit bid invest
deposit withdraw donate to by of worth for is it's it\u2019s was zahle überweise paie vire
"""
)
"""Words before a number that make it an amount."""

PRICES = set_of(
    """
amount price cost costs rent budget limit bid fee fees invest deposit withdraw bill invoice owe owed
owes salary balance loan debt invoiced worth tip charge credit save saves saved spend spent earned
"""
)
"""Words of a sentence in which pounds are money."""

CONTAINERS = set_of(
    """
channel group folder list project user board team room repo repository branch table database
workspace label tag calendar album playlist directory document file spreadsheet page contact
server stock symbol customer kanal gruppe ordner datei benutzer canal groupe dossier fichier
utilisateur
"""
)
"""Things that bear a name beside them: the general channel, project apollo."""

LOOSE = set_of(
    """
new old same other private public shared main named called titled my our existing entire
whole single different current following corresponding respective own latest recent
"""
)
"""Words beside a container that are not its name."""

TELLING = set_of(
    "answer ask contact email give inform invite mail message notify pay ping refund reimburse "
    "remind reply send tell text thank wire write"
)
"""Verbs whose object, when it is a person, is who gets something."""
DEST = set_of(
    """
to with for invite add pay into in on onto email message notify contact remind cc bcc send
share text tell ping inform call forward an für mit con lade schreibe à pour avec dans remove
kick enroll enrol visit open at under schreib schick schicke sende
"""
)
"""Words after which something goes somewhere."""

MENTION = set_of(
    """
from by of about regarding concerning mentioned von über de par than like
"""
)
"""Words after which something is only spoken of."""

WHEN = set_of(
    """
at on until till before after since between starting um am bis le jusqu'à
"""
)
"""Words after which a time comes."""

EXTENSIONS = set_of(
    """
bak c cfg cpp csv doc docx eml gif go gz h htm html ics ini java jpeg jpg js json log md mov
mp3 mp4 ods odt pdf png ppt pptx py rs rtf sh sql svg tar tex toml ts tsv txt wav xls xlsx
xml yaml yml zip
"""
)
"""Endings by which a name is the name of a file."""

DOCUMENTS = set_of(
    "csv doc docx gif jpeg jpg md mp3 mp4 odp ods odt pdf png ppt pptx rtf tsv txt xls xlsx"
)
"""Endings of what people read: no program takes it for its settings, and none runs it."""

VERBAL = _classes(
    """
create:
  creation registration registrierung création inscription
change:
  change update modification adjustment edit änderung modification
delete:
  deletion removal löschung suppression
send:
  submission reply response antwort réponse
pay:
  payment transfer refund reimbursement donation zahlung überweisung paiement virement
share:
  invitation einladung
schedule:
  booking reservation appointment
cancel:
  cancellation reversal revocation withdrawal rescission stornierung annulation
move:
  rescheduling postponement verschiebung
add_member:
  invitation einladung
remove_member:
  removal
post:
  post tweet comment review announcement
buy:
  purchase order booking reservation kauf bestellung achat commande
"""
)
"""Nouns for what is done: whoever asks to make a payment asks to pay."""

OTHER_VERBS = set_of(
    """
login logon logout signin signout authenticate verify validate count sort upload download sync
synchronize restore recover import export clone archive unarchive pause resume enable disable lock
unlock block unblock mute unmute accept approve reject decline deny confirm dismiss sell empty
rotate restart reboot suspend terminate upgrade downgrade promote demote assign unassign delegate
connect disconnect unlink detach unpin unfollow unlike hide unhide freeze unfreeze deactivate
reactivate reopen close arm disarm impersonate escalate resolve bypass allow permit redeem renew
encrypt decrypt redirect eject return rate rerun retry reship attach detach dim brighten scale drain
rollback complete finish acknowledge snooze
"""
)
"""Verbs of tool names that no class holds: only they themselves ask for such a tool."""

FORMAL = set_of(
    """
entry entries object element instance resource value data async batch bulk custom
fund funds cash eur usd gbp chf euro euros dollar dollars
"""
)
"""Words of tool names that say nothing of what they act on."""

BOUNDS = set_of("to from by with in into on onto for of at via and or then as using")
"""Words of tool names after which something else is named than what they act on."""
