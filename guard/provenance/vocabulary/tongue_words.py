"""The words by which people are told to do something in four other languages: plain data.

Behind a colon the stems, with a mark for how they bend: - German, ~ French, * and +
Spanish, ^ and = Italian; one without is the word itself.
"""

VERBS = """
delete: lösch- entfern- tilg- supprim~ effac~ enlèv~ enlev~ retir~ borr* elimin* quit* suprim+
create: erstell- erzeug- cré~ cre*
add: ajout~ añad+ agreg* agregue
send: send- schick- envoie envoyez envoyer envi* mand*
write: schreib- écris écrivez écrire escrib+
tell inform: sag- dis dites di diga decir inform- avis*
reply answer: antwort- beantwort- réponds répondez répondre respond+ contest*
pay: zahl- bezahl- überweis- paie payez pag* pague abon*
transfer pay: überweis- vir~ transfier+ transfier*
refund: erstatt- rembours~ reembols*
share: teil- partag~ comparte comparta compartir
reschedule move: verschieb- verleg- déplac~ mueve mueva mover aplaz*
cancel: stornier- kündig- annul~ résili~ cancel* anul*
book reserve: buch- reservier- réserv~ reserv*
buy: kauf- achèt~ achet~ compr*
order: bestell- command~ pide pida pedir encarg*
lend: verleih- leih- prêt~ prest*
rent: miet- vermiet- lou~ alquil*
sell: verkauf- vends vendez vendre vend+
invite: invit~ invit*
lock block: sperr- verriegel- verrouill~ bloque bloquea bloquee bloquear bloqu~
unlock unblock: entsperr- déverrouill~ débloqu~ desbloquea desbloquee desbloquear
close: schließ- ferm~ cierra cierre cerrar
open: öffn- ouvre ouvrez ouvrir abre abra abrir
start: starte starten démarr~ inici* arranc*
restart: redémarr~ reinici*
stop: stopp- arrêt~ detén detenga detener
turnoff disable: éteins éteignez éteindre apag* apague désactiv~ desactiv* deaktivier-
turnon enable: allum~ enciende encienda encender activ~ activ* aktivier-
set: setz- stell- mets mettez mettre règl~ régl~ pon ponga poner ajust* fij*
archive: archivier- archiv~ archiv*
publish: veröffentlich- publi~ publica publique publicar
approve accept: genehmig- approuv~ valid~ aprueba apruebe aprobar acept* akzeptier-
decline reject: rejett~ rechaz* rechace
confirm: bestätig- confirm~ confirm*
update change: änder- aktualisier- modifi~ actualiz* actualice cambi* modific* modifique
rename: renomm~ renombr*
assign: attribu~ asign*
return: rends retourn~ devuelve devuelva devolver
hang: accroch~ cuelga cuelgue colgar
note: notier- not~ anot* apunt*
remind: erinner- rappell~ recuerda recuerde recordar
register: inscris inscrivez inscrire inscribe inscriba inscribir registr* registrier-
complete finish: erledig- termin~ complet* termin*
restore: restaur~ restaur* wiederherstell-
pause: pausier- paus*
mark: markier- marqu~ marca marque marcar
upload: téléverse sube suba subir
download: télécharg~ descarg* descargue
print: druck- imprim~ imprime imprima
raise increase: erhöh- augment~ aument*
lower reduce: senk- reduzier- baiss~ réduis baj* reduce reduzca
extend: verlänger- prolong~ ampli* prolong*
forward: transfér~ reenvi*
score rate: bewert- not~ puntú* calific* évalu~ evalu*
move: schieb- traslad* spost^
reschedule: reprogram* rinvi^ rimand^
schedule plan: vereinbar- organisier- programm~ organis~ agend* program* pianific^ programm^ fiss^
acknowledge: quittier- acquitt~
complete finish: coch~ finaliz* complet^ termin^ spunt^
link connect: verknüpf- verbind- reli~ vincul* enlaz* conect* colleg^
copy duplicate: kopier- duplizier- copi~ dupliqu~ copi* duplic* copi^ duplic^
replace: ersetz- remplac~ reemplaz* reemplace sustituye sustituya sustituir sostitu=
correct: korrigier- corrig~ corrige corrija corregir corregg=
add: ergänz- incluye incluya incluir aggiung=
submit: soumets soumettez soumettre
request: beantrag- solicit* richied=
mark label: kennzeichn- segn^ contrassegn^
log note: protokollier- dokumentier-
refuse reject: refus~ rifiut^ respinge respingi respingere
delete remove: cancell^ elimin^ rimuov= tolg= togl=
cancel: annull^ disdici disdica disdire stornier-
book reserve: prenot^ riserv^
buy: acquist^ compr^
order: ordin^
create: cre^
send: invi^ mand^ spedi= spedisci spedisca
write: scriv=
reply answer: rispond=
tell inform: inform^ avvis^ dì
forward: inoltr^
pay: pag^
transfer: trasfer= trasferisci trasferisca
refund: rimbors^
share: condivid=
invite: invit^
lock block: blocc^
unlock unblock: sblocc^
close: chiud=
open: apri apra aprire
turnoff disable: spegn= spengi disattiv^
turnon enable: accend= attiv^
set: imposta impostare mett= regol^
archive: archivi^
publish: pubblic^
approve accept: approv^ accett^
confirm: conferm^
update change: aggiorn^ modific^ cambi^
rename: rinomin^
assign: assegn^
return: restituisci restituisca restituire
remind: ricord^
register: registr^ iscriv=
restore: ripristin^
pause: sospend=
extend: prolung^ estend=
raise increase: alz^ aument^
lower reduce: abbass^ riduci riduca ridurre
start: avvi^
restart: riavvi^
stop: ferm^ interromp=
upload: carica caricare
download: scaric^
"""

PHRASES = """
update change: mets+à+jour mettez+à+jour mettre+à+jour pon+al+día
forward: fais+suivre faites+suivre faire+suivre
book schedule: prends+rendez-vous prenez+rendez-vous
reserve book: haz+una+reserva haga+una+reserva fais+une+réservation fai+una+prenotazione
order: haz+un+pedido haga+un+pedido fais+une+commande fai+un+ordine
register: da+de+alta dé+de+alta
unsubscribe cancel: da+de+baja dé+de+baja
pause: mets+en+pause mettez+en+pause pon+en+pausa metti+in+pausa
create make: mach+mir+ein mach+uns+ein mach+ein mache+mir+ein mache+ein
"""
"""Verbs of several words that stand together: the last one may go on, as "einen" does."""
"""Verbs of one word, by what they are in English."""

PARTED = """
add: tu+dazu/rein/drauf pack+dazu/rein/drauf nimm+dazu/rein häng+an/dran setz+dazu
remove: tu+weg/raus/runter nimm+raus streich+raus
accept: sag+zu nimm+an
submit: reich+ein
change: stell+um pass+an
replace: tausch+aus
raise: dreh+hoch/auf setz+hoch/rauf fahr+hoch mach+hoch zieh+hoch
lower: dreh+runter/herunter setz+runter/herunter fahr+runter/herunter mach+runter lass+runter
move: zieh+vor schieb+vor
trigger run: führ+aus lös+aus
withdraw: zieh+zurück
set: leg+fest setz+fest
book schedule: plan+ein
complete: streich+durch
delete: nimm+weg/runter wirf+weg/raus schmeiß+weg/raus
cancel: sag+ab blas+ab bestell+ab
decline reject: lehn+ab weis+ab/zurück
turnoff disable: mach+aus schalt+aus/ab stell+aus/ab dreh+aus/ab
turnon enable: mach+an schalt+an/ein stell+an dreh+an
create: leg+an richt+ein
set: stell+ein
hang: häng+auf
note write: schreib+auf
register: trag+ein meld+an
unregister: meld+ab trag+aus
add: füg+hinzu/ein nimm+auf/hinzu
invite: lad+ein
upload: lad+hoch
download: lad+herunter/runter
approve share: gib+frei
return: gib+zurück schick+zurück send+zurück bring+zurück
reset: setz+zurück
restart: start+neu
forward: leit+weiter
refund: zahl+zurück
deposit: zahl+ein
withdraw: zahl+aus heb+ab
lock: schließ+ab/zu sperr+ab
unlock: schließ+auf sperr+auf
close: mach+zu
open: mach+auf
complete: hak+ab schließ+ab
rename: benenn+um
reschedule: buch+um
publish announce: kündig+an
postpone: schieb+auf
assign: weis+zu teil+zu
lend: leih+aus
"""
"""German verbs of two parts: the one that is told, and those that may end the clause."""

AMBIGUOUS = """
send lad leg sag hang start note notes invite archive prolong valid publier lance vire virer par
para sage stelle stell range place command confirm reserve complete terminate active dire dis
nota carica invita crea complete programme programma programa copie copia agenda organise refuse
miete rends quite quit mande manda compare share cancel pause pauses archiver teller buch lou
louer imprimé mark marque limite modifier publie
"""
"""Forms that are words of English, or no verbs, too: other words have to show the language."""

SURE = """
das dem den der ein eine einen und für bitte mir ich dass ist zu auf von bei le la les une et pour
avec je tu que aux du est à el los las por favor con del y para
lo gli di della nel che una alla dal
"""
"""Words by which a language is seen."""
