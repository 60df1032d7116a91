"""Every action the log knows, in the words of a German sentence; no other can be recorded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

DONE: Final = "ok"
REFUSED: Final = "abgelehnt"
FAILED: Final = "fehler"

RESULTS: Final = {DONE: "erledigt", REFUSED: "abgelehnt", FAILED: "fehlgeschlagen"}
"""How an action ended, and what pages call it."""

DOWNLOAD: Final = ".herunterladen"
"""How the names of actions end that let data leave the program (T10)."""


@dataclass(frozen=True, slots=True)
class ActionWords:
    """An action as a sentence: "Eine Rolle wurde vergeben.", or, where it did not come about, "sollte vergeben werden".

    Attributes
    ----------
    kind
        What it belongs to: one of ``KINDS``.
    subject, participle
        The parts of the sentence.
    plural
        Whether the subject is more than one.
    """

    kind: str
    subject: str
    participle: str
    plural: bool = False

    def sentence(self, result: str) -> str:
        """Return the sentence for one of ``RESULTS``.

        Raises
        ------
        KeyError
            For any other.
        """
        if result not in RESULTS:
            raise KeyError(result)
        if result == DONE:
            return f"{self.subject} {'wurden' if self.plural else 'wurde'} {self.participle}."
        return f"{self.subject} {'sollten' if self.plural else 'sollte'} {self.participle} werden."


SIGN_IN: Final = "Anmeldung"
ACCOUNTS: Final = "Konten und Rollen"
UPLOADS: Final = "Daten einlesen"
NAMES: Final = "Personenbezogenes angesehen"
EXPORTS: Final = "Downloads"
SETTINGS: Final = "Festlegungen"
OPERATION: Final = "Betrieb"
REQUESTS: Final = "Aufrufe"

KINDS: Final = (SIGN_IN, ACCOUNTS, UPLOADS, NAMES, EXPORTS, SETTINGS, REQUESTS, OPERATION)
"""Kinds of entries, as the page of the log filters by them."""

_PEOPLE: Final = {
    "namen.ansehen": ActionWords(NAMES, "Namen unbekannter Personen", "angesehen", plural=True),
    "befunde.ansehen": ActionWords(NAMES, "Befunde einer Datenlieferung", "angesehen", plural=True),
    "dateiinhalt.ansehen": ActionWords(NAMES, "Auszüge aus einer Datei", "angesehen", plural=True),
    "leistungen.ansehen": ActionWords(NAMES, "Leistungen an einzelnen Bewohnern", "angesehen", plural=True),
    "begruendung.ansehen": ActionWords(NAMES, "Die Begründung eines Niveaus", "angesehen"),
    "festlegungen.ansehen": ActionWords(NAMES, "Eigene Festlegungen", "angesehen", plural=True),
    "freigabe.ansehen": ActionWords(NAMES, "Wer Dienst hatte, nach einer Freigabe", "angesehen"),
    "protokoll.ansehen": ActionWords(NAMES, "Das Protokoll", "angesehen"),
}

_SIGN_IN: Final = {
    "anmeldung": ActionWords(SIGN_IN, "Ein Konto", "angemeldet"),
    "anmeldung.abgelaufen": ActionWords(SIGN_IN, "Ein Konto", "mit abgelaufenem Einmalpasswort angemeldet"),
    "abmeldung": ActionWords(SIGN_IN, "Ein Konto", "abgemeldet"),
    "bestaetigung": ActionWords(SIGN_IN, "Die Anmeldung", "mit dem zweiten Faktor bestätigt"),
    "zweiter-faktor": ActionWords(SIGN_IN, "Ein zweiter Faktor", "gezeigt"),
    "zweiter-faktor.einrichten": ActionWords(SIGN_IN, "Ein zweiter Faktor", "eingerichtet"),
    "zweiter-faktor.entfernen": ActionWords(SIGN_IN, "Ein zweiter Faktor", "entfernt"),
    "wiederherstellungscodes.erneuern": ActionWords(SIGN_IN, "Wiederherstellungscodes", "erneuert", plural=True),
    "kennwort.aendern": ActionWords(SIGN_IN, "Ein Kennwort", "geändert"),
    "sitzung.beenden": ActionWords(SIGN_IN, "Eine Sitzung", "beendet"),
}

_ACCOUNTS: Final = {
    "konto.anlegen": ActionWords(ACCOUNTS, "Ein Konto", "angelegt"),
    "konto.sperren": ActionWords(ACCOUNTS, "Ein Konto", "nach Fehlversuchen gesperrt"),
    "konto.entsperren": ActionWords(ACCOUNTS, "Ein Konto", "entsperrt"),
    "konto.stilllegen": ActionWords(ACCOUNTS, "Ein Konto", "stillgelegt"),
    "konto.loeschen": ActionWords(ACCOUNTS, "Ein Konto", "bis auf seine Nummer gelöscht"),
    "konto.oeffnen": ActionWords(ACCOUNTS, "Ein Konto", "wieder geöffnet"),
    "rolle.geben": ActionWords(ACCOUNTS, "Eine Rolle", "vergeben"),
    "rolle.entziehen": ActionWords(ACCOUNTS, "Eine Rolle", "entzogen"),
    "haus.anlegen": ActionWords(ACCOUNTS, "Eine Einrichtung", "angelegt"),
    "faktor-verlust.beantragen": ActionWords(ACCOUNTS, "Ein neuer zweiter Faktor nach Verlust", "beantragt"),
    "faktor-verlust.bestaetigen": ActionWords(ACCOUNTS, "Ein neuer zweiter Faktor nach Verlust", "bestätigt"),
    "faktor-verlust.zurueckziehen": ActionWords(ACCOUNTS, "Der Antrag auf einen neuen zweiten Faktor", "zurückgezogen"),
}

_UPLOADS: Final = {
    "einlesen.hochladen": ActionWords(UPLOADS, "Eine Datenlieferung", "hochgeladen"),
    "einlesen.umordnen": ActionWords(UPLOADS, "Die Zuordnung einer Datenlieferung", "wieder geöffnet"),
    "einlesen.zuordnen": ActionWords(UPLOADS, "Die Zuordnung einer Datenlieferung", "bestätigt"),
    "einlesen.neu-lesen": ActionWords(UPLOADS, "Eine Datenlieferung", "noch einmal gelesen"),
    "einlesen.freigeben": ActionWords(UPLOADS, "Eine Datenlieferung", "zum Übernehmen freigegeben"),
    "einlesen.speichern": ActionWords(UPLOADS, "Eine Datenlieferung", "übernommen"),
    "einlesen.abbrechen": ActionWords(UPLOADS, "Die Arbeit an einer Datenlieferung", "abgebrochen"),
    "einlesen.verwerfen": ActionWords(UPLOADS, "Eine Datenlieferung", "verworfen"),
    "einlesen.erneut": ActionWords(UPLOADS, "Die Arbeit an einer Datenlieferung", "neu gestartet"),
    "einlesen.ruecknahme.freigeben": ActionWords(UPLOADS, "Die Rücknahme einer Datenlieferung", "freigegeben"),
    "einlesen.zuruecknehmen": ActionWords(UPLOADS, "Eine Datenlieferung", "zurückgenommen"),
    "einlesen.neuberechnung.gelesen": ActionWords(UPLOADS, "Der Hinweis auf eine Neuberechnung", "gelesen"),
    "person.zusammenfuehren": ActionWords(UPLOADS, "Zwei Nummern", "als dieselbe Person festgelegt", plural=True),
    "person.neu": ActionWords(UPLOADS, "Eine Nummer", "als neue Person festgelegt"),
    "person.spaeter": ActionWords(UPLOADS, "Eine Frage zu einer Person", "zurückgestellt"),
    "person.trennen": ActionWords(UPLOADS, "Zwei Nummern", "wieder getrennt", plural=True),
}

_SUBJECTS: Final = {
    "person.suchen": ActionWords(NAMES, "Eine betroffene Person", "gesucht"),
    "person.auskunft": ActionWords(EXPORTS, "Die Auskunft einer betroffenen Person", "heruntergeladen"),
    "person.loeschen": ActionWords(SETTINGS, "Eine Person", "überall gelöscht"),
    "person.einschraenken": ActionWords(SETTINGS, "Eine Person", "von allen Auswertungen ausgenommen"),
    "person.freigeben": ActionWords(SETTINGS, "Eine Person", "wieder in die Auswertungen aufgenommen"),
    "person.berichtigen": ActionWords(SETTINGS, "Eine Angabe zu einer Person", "berichtigt"),
    "person.berichtigung.zuruecknehmen": ActionWords(SETTINGS, "Eine Berichtigung", "zurückgenommen"),
}

_SETTINGS: Final = {
    "regelwerk.aufnehmen": ActionWords(SETTINGS, "Ein Regelwerk", "aufgenommen"),
    "regelwerk.entfernen": ActionWords(SETTINGS, "Ein Regelwerk", "entfernt"),
    "regelwerk.aktivieren": ActionWords(SETTINGS, "Ein Regelwerk", "für eine Einrichtung festgelegt"),
    "niveau.setzen": ActionWords(SETTINGS, "Ein Niveau", "festgelegt"),
    "niveau.zuruecknehmen": ActionWords(SETTINGS, "Ein festgelegtes Niveau", "zurückgenommen"),
    "personal.eingeben": ActionWords(SETTINGS, "Vereinbarte Stellen", "eingegeben", plural=True),
    "bezeichnung.zuordnen": ActionWords(SETTINGS, "Eigene Bezeichnungen", "zugeordnet", plural=True),
    "bezeichnungen.hochladen": ActionWords(SETTINGS, "Eigene Bezeichnungen", "hochgeladen", plural=True),
    "freigabe.beantragen": ActionWords(SETTINGS, "Eine Freigabe", "beantragt"),
    "freigabe.erteilen": ActionWords(SETTINGS, "Eine Freigabe", "erteilt"),
    "freigabe.beenden": ActionWords(SETTINGS, "Eine Freigabe", "beendet"),
    "schluessel.erneuern": ActionWords(SETTINGS, "Ein Schlüssel des Trägers", "erneuert"),
    "schluessel.hauptschluessel": ActionWords(SETTINGS, "Schlüssel des Trägers", "neu versiegelt", plural=True),
    "schluessel.vernichten": ActionWords(SETTINGS, "Schlüssel des Trägers", "vernichtet", plural=True),
    "weisung.geben": ActionWords(SETTINGS, "Eine Weisung an den Betreiber", "gegeben"),
    "weisung.zuruecknehmen": ActionWords(SETTINGS, "Eine Weisung an den Betreiber", "zurückgenommen"),
    "weisung.erledigen": ActionWords(SETTINGS, "Eine Weisung", "vom Betreiber als erledigt eingetragen"),
    "profil.speichern": ActionWords(SETTINGS, "Ein Profil", "gespeichert"),
    "profil.umbenennen": ActionWords(SETTINGS, "Ein Profil", "umbenannt"),
    "profil.loeschen": ActionWords(SETTINGS, "Ein Profil", "gelöscht"),
}

_EXPORTS: Final = {
    f"{name}{DOWNLOAD}": ActionWords(EXPORTS, subject, "heruntergeladen", plural=plural)
    for name, subject, plural in (
        ("befunde", "Befunde einer Datenlieferung", True),
        ("fehlerzeilen", "Fehlerhafte Zeilen einer Datenlieferung", True),
        ("bezeichnungen", "Eigene Bezeichnungen", True),
        ("profil", "Ein Profil", False),
        ("protokoll", "Das Protokoll", False),
        ("namen", "Namen zu Pseudonymen", True),
        ("betroffene", "Die Liste der Betroffenen eines Vorfalls", False),
        ("loeschprotokoll", "Das Löschprotokoll", False),
        ("datei", "Eine Datei", False),
        ("tabelle", "Eine Tabelle", False),
    )
}

_OPERATION: Final = {
    "traeger.exportieren": ActionWords(OPERATION, "Alle Daten des Trägers", "herausgegeben", plural=True),
    "protokoll.loeschen": ActionWords(OPERATION, "Abgelaufene Einträge des Protokolls", "gelöscht", plural=True),
    "protokoll.uebernehmen": ActionWords(OPERATION, "Das Protokoll", "nach einem Zurücksetzen übernommen"),
    "sicherung.erstellen": ActionWords(OPERATION, "Eine Sicherung", "erstellt"),
    "sicherung.vernichten": ActionWords(OPERATION, "Eine alte Sicherung", "vernichtet"),
    "sicherung.probe": ActionWords(OPERATION, "Eine Wiederherstellung", "geprobt"),
    "sicherung.wiederherstellen": ActionWords(OPERATION, "Die Installation", "aus einer Sicherung wiederhergestellt"),
}

_REQUESTS: Final = {
    "seite.verweigert": ActionWords(REQUESTS, "Eine Seite ohne Berechtigung", "geöffnet"),
    "seite.aufrufen": ActionWords(REQUESTS, "Eine Seite", "aufgerufen"),
    "aufrufe.begrenzen": ActionWords(
        REQUESTS, "Mehr Aufrufe, als in so kurzer Zeit erlaubt sind,", "beantwortet", plural=True
    ),
    "formular.absenden": ActionWords(REQUESTS, "Ein Formular", "abgeschickt"),
}

ACTIONS: Final = {
    **_SIGN_IN,
    **_ACCOUNTS,
    **_UPLOADS,
    **_SUBJECTS,
    **_SETTINGS,
    **_PEOPLE,
    **_EXPORTS,
    **_OPERATION,
    **_REQUESTS,
}
"""Action -> its words."""


AREAS: Final = {
    "accounts": "Konten und Rollen",
    "acts": "Einzelne Interventionen",
    "auth": "Anmeldung",
    "deletions": "Löschprotokoll",
    "explain": "Warum dieses Niveau?",
    "first_account": "Erster Zugang",
    "help": "Hilfe",
    "home": "Wo stehen wir?",
    "instructions": "Weisungen",
    "names": "Wozu Namen angesehen werden",
    "interventions": "Was passt nicht?",
    "log": "Protokoll",
    "overrides": "Eigene Festlegungen",
    "own_account": "Mein Konto",
    "passkeys": "Passkeys",
    "plausibility": "Plausibilität",
    "profiles": "Profile",
    "recovery_codes": "Wiederherstellungscodes",
    "releases": "Freigaben",
    "relief": "Mögliche Entlastung",
    "rulebook_entries": "Regelwerk",
    "rulebook_library": "Regelwerke verwalten",
    "security": "Sicherheit",
    "staffing": "Vereinbare Stellen",
    "subjects": "Betroffene",
    "terms": "Eigene Bezeichnungen",
    "unknown_people": "Unbekannte Personen",
    "upload_preview": "Vorschau einer Datenlieferung",
    "upload_questions": "Fragen zu einer Datenlieferung",
    "upload_words": "Wörter einer Datenlieferung",
    "uploads": "Daten einlesen",
}
"""What pages are called whose requests the log names by their endpoint, by its first part."""


def words_of(action: str) -> ActionWords:
    """Return the words of an action; those of a table for the download of one, whose action is called after it."""
    known = ACTIONS.get(action)
    if known is None and action.endswith(DOWNLOAD):
        return ACTIONS[f"tabelle{DOWNLOAD}"]
    if known is None:
        raise KeyError(action)
    return known
