"""Names of invented people, homes and wards. Any likeness to living people is chance."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import numpy as np


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


SURNAMES: Final = _words(
    """
    Müller Schmidt Schneider Fischer Weber Meyer Wagner Becker Schulz Hoffmann Schäfer Koch Bauer Richter Klein
    Wolf Schröder Neumann Schwarz Zimmermann Braun Krüger Hofmann Hartmann Lange Werner Krause Lehmann Köhler
    Walter König Mayer Huber Kaiser Fuchs Peters Lang Scholz Möller Weiß Jung Hahn Vogel Günther Keller Berger
    Winkler Roth Beck Lorenz Baumann Franke Böhm Jäger Öztürk Yılmaz Kowalski Nowak Nguyễn García Popović Hoxha
    Petrov Haddad Okafor D’Angelo Müller-Weiß
    """
)

GIVEN_NAMES_OLD: Final = _words(
    """
    Ursula Ingrid Helga Gisela Erika Hildegard Renate Ilse Gerda Edith Irmgard Waltraud Elfriede Christa Käthe
    Anneliese Margarete Johanna Jürgen Günter Heinz Werner Karl-Heinz Horst Helmut Gerhard Manfred Rolf Walter
    Otto Friedrich Lieselotte Herta
    """
)
"""Given names as residents of today's age carry them."""

GIVEN_NAMES_YOUNG: Final = _words(
    """
    Anna Julia Katharina Sabine Petra Nicole Sandra Melanie Stefanie Birgit Jörg Thomas Michael Andreas Stefan
    Björn Sören Markus Jan Lukas Zoë Jasmin Tobias Franziska Miriam
    """
)
"""Given names as staff carry them."""

_FROM_ABROAD: Final = {
    "Öztürk": ("Ayşe", "Mehmet"),
    "Yılmaz": ("Emine", "Mustafa"),
    "Kowalski": ("Agnieszka", "Stanisław"),
    "Nowak": ("Magdalena", "Józef"),
    "Nguyễn": ("Thị-Mai", "Văn-Hùng"),
    "García": ("Carmen", "José"),
    "Popović": ("Ivana", "Dragan"),
    "Hoxha": ("Elira", "Arben"),
    "Petrov": ("Olga", "Nikolai"),
    "Haddad": ("Leila", "Amir"),
    "Okafor": ("Blessing", "Emeka"),
    "D’Angelo": ("Lucia", "Giuseppe"),
}
"""Surname -> given names that go with it, whatever the age."""

HOMES: Final = (
    "Haus Sonnenschein",
    "Haus Lindenhof",
    "Haus am Mühlbach",
    "Haus Rosengarten",
    "Haus Waldfrieden",
    "Haus Abendröte",
    "Haus Seeblick",
    "Haus Kastanienallee",
    "Haus Bergstraße",
    "Haus Apfelgarten",
)

WARDS: Final = (
    ("Wohnbereich 1", "Wohnbereich 2", "Wohnbereich 3"),
    ("Flieder", "Löwenzahn", "Schlüsselblume"),
    ("Erdgeschoss", "1. Obergeschoss", "2. Obergeschoss"),
)
"""How homes call their three wards."""

_TRANSLITERATION: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", " ": "-"})


def home_name(index: int) -> str:
    """Return the name of the ``index``-th home, counted from 0; never the same one twice."""
    again, which = divmod(index, len(HOMES))
    return HOMES[which] + (f" {again + 1}" if again else "")


def file_stem(home: str) -> str:
    """Return a home's name as a file name without umlauts or blanks."""
    return home.lower().translate(_TRANSLITERATION)


def people(rng: np.random.Generator, count: int, given_names: tuple[str, ...]) -> tuple[list[str], list[str]]:
    """Return surnames and given names of ``count`` people; two people may share a name, as in life."""
    surnames = [SURNAMES[i] for i in rng.integers(len(SURNAMES), size=count)]
    picks = rng.random(count)
    fitting = [_FROM_ABROAD.get(surname, given_names) for surname in surnames]
    return surnames, [given[int(pick * len(given))] for given, pick in zip(fitting, picks, strict=True)]
