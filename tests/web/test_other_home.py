"""Files of another home are not applied without a word: known numbers, names and titles give them away."""

from __future__ import annotations

from html import unescape

import pytest

from tests.support.importers import das_files, files
from tests.support.web.pages import Person, post
from tests.support.web.uploads import run_jobs
from web.services import homes
from web.services.uploads import other_home, records, steps
from web.store import models

HEAD = ["Bewohner-Nr", "Name", "Vorname", "Einzug"]
KNOWN = [[str(i), f"Familie{i}", f"Vorname{i}", f"{i:02d}.02.2025"] for i in range(1, 6)]


def listed(*rows: list[str], title: str = "") -> bytes:
    """Return a list of residents as text, with a title where one is given."""
    above = [[title, "", "", ""], ["", "", "", ""]] if title else []
    return files.text_of([*above, HEAD, *rows]).encode()


@pytest.fixture
def known(ben: Person) -> Person:
    """A home in which five residents are known, beside another one of the tenant."""
    ben.read_in(listed(*KNOWN), name="Bewohner.csv")
    homes.create(ben.access, "Haus Lindenhof")
    return ben


def read(who: Person, content: bytes, name: str = "Bewohner.csv") -> tuple[int, list[str]]:
    """Read a file in, and return its upload and the reasons why it seems to belong to another home."""
    upload_id = who.read_in(content, name=name, store=False)
    assert who.state(upload_id) == records.READ
    with who.services.databases.whole.reading() as session:
        signs = session.get_one(models.Upload, upload_id).weighed["other_home"]
    return upload_id, list(other_home.reasons(signs)) if signs else []


@pytest.mark.parametrize(
    "rows",
    [
        KNOWN,
        [["1", "Neuname", "Vorname1", ""]],  # married
        [["1", "Familie1", "V.", ""]],
        [["1", "Familie1, Vorname1", "", ""]],
        [["1", "FAMILIE1", "", ""], ["2", "", "", ""]],
        [["9", "Jemand", "Neues", "01.01.2026"]],
        [["1", "Familie1", "Vorname1", "09.09.2024"]],  # one day was corrected
    ],
)
def test_a_file_of_this_home_raises_no_doubt(known: Person, rows: list[list[str]]) -> None:
    assert read(known, listed(*rows))[1] == []


def test_another_person_under_a_known_number_has_to_be_confirmed(known: Person) -> None:
    """Nothing is applied before; the page says how many numbers, the findings say which."""
    rows = [["1", "Fremd", "Olga", ""], ["2", "Anders", "Otto", ""], *KNOWN[2:]]
    upload_id, reasons = read(known, listed(*rows))
    assert reasons == ["bei 2 von 5 hier bekannten Nummern mit Namen nennen sie jemand anderen"]
    services = known.services
    client = known.first_sign_in()
    page = unescape(client.get(f"/daten/{upload_id}").text)
    assert "Ist das die richtige Einrichtung?" in page
    assert "Bei 2 von 5 hier bekannten Nummern" in page
    texts = records.texts(known.access, services.settings, upload_id)
    assert [one.value for one in texts.findings if one.code == "andere-einrichtung"] == ["1, 2"]
    refused = post(client, f"/daten/{upload_id}/uebernehmen", f"/daten/{upload_id}")
    assert "Es wurde nichts übernommen: Die Dateien sehen nach einer anderen" in client.get(refused.location).text
    assert known.state(upload_id) == records.READ
    post(client, f"/daten/{upload_id}/folgen", f"/daten/{upload_id}")  # figures computed anew do not settle it
    with pytest.raises(steps.UploadError, match="anderen Einrichtung"):
        steps.commit(known.access, upload_id)
    post(client, f"/daten/{upload_id}/uebernehmen", f"/daten/{upload_id}", haus_sicher="ja")
    run_jobs(known)
    assert known.state(upload_id) == records.STORED
    assert read(known, listed(*rows))[1] == []  # from now on they are these people


def test_employees_count_as_well(known: Person) -> None:
    head = ["Personal-Nr", "Name", "Vorname", "QN"]
    staff = files.text_of([head, ["P1", "Quast", "Ute", "4"]]).encode()
    known.read_in(staff, name="Mitarbeitende.csv")
    other = files.text_of([head, ["P1", "Stern", "Jan", "4"]]).encode()
    assert read(known, other, "Mitarbeitende.csv")[1] == [
        "bei 1 von 1 hier bekannten Nummern mit Namen nennen sie jemand anderen"
    ]


def test_without_names_other_days_of_moving_in_raise_doubt(known: Person) -> None:
    rows = [[row[0], "", "", f"{i + 10}.11.2023"] for i, row in enumerate(KNOWN)]
    assert read(known, listed(*rows))[1] == ["bei 5 von 5 bekannten Bewohner:innen nennen sie einen anderen Einzug"]


@pytest.mark.parametrize(
    ("title", "name", "named"),
    [
        ("Bewohnerliste Haus Lindenhof, Stand März", "Bewohner.csv", True),
        ("HAUS  LINDENHOF", "Bewohner.csv", True),
        ("", "Bewohner_Haus-Lindenhof.csv", True),
        ("Lindenhofstraße 3", "Bewohner.csv", False),
        ("{home} (früher Haus Lindenhof)", "Bewohner.csv", False),
        ("", "Bewohner.csv", False),
    ],
)
def test_a_file_that_names_another_home_of_the_tenant_is_recognised(
    known: Person, title: str, name: str, *, named: bool
) -> None:
    with known.services.databases.whole.reading() as session:
        home = session.get_one(models.Home, known.home_id).name
    reasons = read(known, listed(*KNOWN, title=title.format(home=home)), name)[1]
    assert reasons == (["sie nennen „Haus Lindenhof“"] if named else [])


def test_an_export_for_the_das_names_its_home(known: Person) -> None:
    """The number under which it is registered there; the first one is believed."""
    _, first = das_files.export(das_files.resident())
    upload_id, reasons = read(known, first, "das.xml")
    assert reasons == []
    known.store(upload_id)
    assert read(known, first, "das.xml")[1] == []
    _, other = das_files.export(das_files.resident(), home="200002")
    assert read(known, other, "das.xml")[1] == [
        "der DAS-Export ist von der Einrichtung 200002, frühere waren von einer anderen"
    ]


def test_no_name_of_a_person_is_stored_with_the_preview(known: Person) -> None:
    """T1: only counts, and names of homes."""
    upload_id, _ = read(known, listed(["1", "Fremdling", "Olga", ""]))
    with known.services.databases.whole.reading() as session:
        assert "Fremdling" not in str(session.get_one(models.Upload, upload_id).weighed)
