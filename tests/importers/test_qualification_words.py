"""Words of qualifications as adverts, rosters and staff lists have them: read, or asked with the right suggestion."""

from __future__ import annotations

from typing import Final

import pytest

import importers
from importers.conventions import HomeConventions
from importers.findings import Severity
from importers.home_words.kinds import KINDS, QUALIFICATION
from importers.home_words.suggestions import FITS, suggest
from importers.values import word_meanings
from rules.model import RuleBook
from tests.support.importers.files import home, xlsx

SURE: Final = {
    "3": (
        "Pflegefachassistenzperson",
        "Kranken- und Altenpflegehelfer",
        "Kranken- und Altenpflegehelferin",
        "Altenpflegehilfe",
        "Krankenpflegehilfe",
        "Gesundheits- und Krankenpflegehilfe",
        "Pflegefachhelfer (Altenpflege)",
        "Pflegefachhelferin (Krankenpflege)",
        "Pflegeassistenz 2-jährig",
        "staatlich geprüfter Pflegeassistent",
        "staatlich geprüfte Pflegeassistentin",
        "Fachkraft für Pflegeassistenz",
        "KPH",
        "APH Leasing",
        "Pflegefachassistent/in",
        "Altenpflegehelfer (m/w/d)",
    ),
    "2": (
        "200-Stunden-Kurs",
        "Pflegehelfer 200 Stunden",
        "Pflegediensthelfer",
        "Stationshelfer",
        "Schwesternhelferin",
    ),
    "1": (
        "Pflegehilfskraft ungelernt",
        "PH ungelernt",
        "PHK ohne",
        "Pflegehelfer o. A.",
        "Pflegehelfer o.A.",
    ),
    "4": (
        "Pflegefachperson",
        "Pflegefachfrau",
        "Pflegefachmann",
        "Pflegefachfrau/-mann",
        "Pflegefachmann/-frau (m/w/d)",
        "Pflegefachkraft (w/m/d)",
        "PFK Leasing",
        "Leasing PFK",
        "Pflegefachkraft Zeitarbeit",
        "Honorarkraft Altenpflegerin",
        "exam. Altenpfleger",
        "Gesundheits- und Kinderkrankenpflegerin",
        "PFK Dauernachtwache",
        "Pflegefachfrau Dipl.",
        "Pflegefachkraft TZ",
        "Pflegefachkräfte",
    ),
    "0": (
        "Küche",
        "Küchenhilfe",
        "Reinigungskraft",
        "Hausmeister",
        "Hausmeisterin",
        "Verwaltung",
        "Einrichtungsleitung",
        "Heimleitung",
        "Ehrenamt",
        "Pflegeberater",
        "Pflegeberaterin",
        "Reinigungskraft Fremdfirma",
    ),
}
"""Level -> words that are read unasked; 0 is no care."""

ASKED: Final = {
    "3": (
        "Heilerziehungshelfer",
        "Heilerziehungsassistent",
        "Sozialbetreuer",
        "Facharbeiter für Krankenpflege",
        "Sozialassistent",
        "Sozialassistentin",
    ),
    "2": (
        "Behandlungspflege LG1",
        "Behandlungspflege LG2",
        "Zertifikat Behandlungspflege",
        "320-Stunden-Kurs",
        "QN 1/2",
        "Anerkennungspraktikant",
        "Anerkennungspraktikantin",
        "im Anerkennungsverfahren",
        "Anpassungslehrgang",
        "Kenntnisprüfung",
        "Pflegefachfrau im Anerkennungsverfahren",
        "Krankenschwester in Anerkennung",
        "PFK Anpassungslehrgang",
        "PFK (Anerkennung läuft)",
    ),
    "1": (
        "Nachtwache",
        "Dauernachtwache",
        "Hilfskraftpersonal",
        "Azubi 1. Lehrjahr",
        "Azubi 2. Lehrjahr",
        "Azubi 3. Lehrjahr",
        "Umschüler",
        "Umschülerin",
        "dualer Student",
        "Werkstudent",
        "Leasing",
        "Leiharbeit",
        "Zeitarbeit",
        "Fremdpersonal",
        "Honorarkraft",
        "Springerpool",
        "Auszubildende Pflegefachfrau 2. Ausbildungsjahr",
        "Pflegefachmann in Ausbildung",
    ),
    "6": (
        "Pflegefachfrau B.Sc.",
        "Pflegefachperson (Bachelor of Nursing)",
        "Pflegefachmann Bachelor",
        "Dipl.-Pflegewirt",
        "Schichtleitung",
        "Teamleitung",
        "QMB",
        "Hygienebeauftragte",
        "Bachelor",
        "WBL",
    ),
    "4": (
        "Fachkraftpersonal",
        "Fachkraft",
        "3-jährig",
        "examiniert",
    ),
    "5": (
        "Fachkrankenpfleger",
        "Fachkrankenschwester",
        "Gerontofachkraft",
        "Fachkraft für Gerontopsychiatrie",
        "Wundexperte ICW",
        "Pain Nurse",
        "Schmerzmanager",
    ),
    "7": (
        "Pflegedienstleiter",
        "Pflegedienstleiterin",
        "stellvertretende PDL",
        "APN",
        "CHN",
        "Master",
        "PDL",
    ),
    "3 andere-fachkraft": (
        "Heilerziehungspfleger",
        "HEP",
        "Ergotherapeut",
        "Ergotherapeutin",
        "Physiotherapeut",
        "Logopäde",
        "Logopädin",
        "MFA",
        "Medizinische Fachangestellte",
        "Arzthelfer",
        "Arzthelferin",
        "Hauswirtschafter (staatlich anerkannt)",
        "Hauswirtschafterin (staatl. anerkannt)",
        "staatlich anerkannte Hauswirtschafterin",
        "Sozialpädagoge",
        "Sozialpädagogin",
        "Sozialarbeiter",
        "Erzieher",
        "Erzieherin",
        "Altentherapeut",
        "staatl. anerkannter Erzieher",
    ),
    "1 betreuung-43b": (
        "Sozialer Dienst",
        "Sozialdienst",
        "Begleitender Dienst",
        "Alltagsassistenz",
    ),
}
"""Level, with a role where it has one -> words that are asked about with this suggestion."""


@pytest.mark.parametrize(("level", "word"), [(level, word) for level, words in SURE.items() for word in words])
def test_a_clear_word_is_read_unasked(level: str, word: str) -> None:
    meaning = word_meanings.qualification(word)
    assert meaning
    assert (meaning.value, meaning.doubt) == ((int(level), ""), "")


@pytest.mark.parametrize(("target", "word"), [(target, word) for target, words in ASKED.items() for word in words])
def test_an_unclear_word_is_asked_about_with_the_right_suggestion(book: RuleBook, target: str, word: str) -> None:
    meaning = word_meanings.qualification(word)
    assert meaning
    assert meaning.doubt
    (offers,) = suggest(KINDS[QUALIFICATION], [word], book)
    first, *others = offers.nearest
    assert (first.target, first.band, first.exact) == (target, FITS, False)
    assert not [one for one in others if int(one.target[0]) > max(3, int(target[0]))], "nobody is made a nurse"


def test_no_word_leads_to_a_qualified_nurse_by_itself_unless_it_names_the_training() -> None:
    """Until it is answered, it counts for less or without a level (§ 11 Abs. 1 Satz 3 SGB XI)."""
    nurses = ("pfleger", "schwester", "pflegefach", "pfk")
    for words in ASKED.values():
        for word in words:
            meaning = word_meanings.qualification(word)
            assert meaning
            assert meaning.value[0] < 4 or any(nurse in word.casefold() for nurse in nurses), word


@pytest.mark.parametrize("word", ["PFK", "Pflegefachfrau", "Krankenschwester", "Altenpfleger", "B.Sc. Pflege"])
@pytest.mark.parametrize("state", ["in Anerkennung", "im Anerkennungsverfahren", "(Anpassungslehrgang)"])
def test_nobody_is_a_qualified_nurse_before_the_permit(word: str, state: str) -> None:
    meaning = word_meanings.qualification(f"{word} {state}")
    assert meaning
    assert meaning.value[0] == 2
    assert meaning.doubt


def read_words(book: RuleBook, words: list[str], settled: dict[str, str] | None = None) -> importers.ReadFiles:
    sheets = home()
    sheets["Mitarbeitende"] = [["Personal-Nr", "QN"], *[[f"P{place}", word] for place, word in enumerate(words)]]
    conventions = HomeConventions(qualifications=settled or {})
    return importers.read([("heim.xlsx", xlsx(sheets))], book, conventions=conventions)


def test_people_who_do_no_care_are_known_without_a_level_and_without_a_finding_a_row(book: RuleBook) -> None:
    result = read_words(book, ["Küche", "Hausmeister", "Küche", "PFK", "Feelgood-Manager"], {"Feelgood-Manager": "0"})
    assert result.tables.staff["qn"].tolist() == [0, 0, 0, 4, 0]
    findings = [one for one in result.findings if one.sheet == "Mitarbeitende" and one.column == "QN"]
    assert [(one.severity, one.row) for one in findings] == [(Severity.NOTICE, 0)]
    assert "„Küche“ = keine Pflege" in findings[0].message
    assert QUALIFICATION not in result.unknown


def test_no_care_is_an_answer_that_is_read_again_as_it_is_called(book: RuleBook) -> None:
    kind = KINDS[QUALIFICATION]
    assert kind.called("0", book) == "keine Pflege"
    assert kind.target("Keine Pflege", "Feelgood-Manager", book) == "0"


def test_a_doubtful_word_counts_without_level_until_it_is_answered(book: RuleBook) -> None:
    result = read_words(book, ["Fachkraft", "QN 1/2", "Pflegefachfrau B.Sc."])
    assert result.tables.staff["qn"].tolist() == [0, 2, 4]
    assert set(result.unknown[QUALIFICATION]) == {"Fachkraft", "QN 1/2", "Pflegefachfrau B.Sc."}
    assert read_words(book, ["Fachkraft"], {"Fachkraft": "4"}).tables.staff["qn"].tolist() == [4]
