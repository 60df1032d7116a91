"""Who may do what: endpoint -> right, role -> rights. The one table; the gate asks it before every page (B1)."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping


class Right(StrEnum):
    """What an account can be entitled to, in one home or in all of its operator."""

    SEE_FIGURES = "auswertungen"
    """See figures: sums about groups."""
    SEE_RESIDENTS = "bewohner"
    """See what was performed for single residents, under pseudonyms, and why it called for a level."""
    READ_IN = "einlesen"
    """Upload files, decide about them, take them back, see their findings."""
    SEE_NAMES = "namen"
    """See and download what names persons: unknown persons, faulty rows, quoted cells."""
    SETTLE = "bezeichnungen"
    """Say what the home's words and columns mean, and enter staffing figures."""
    RULEBOOKS = "regelwerke"
    """Bring rulebooks in, and say which one applies."""
    SET_LEVELS = "niveaus-festlegen"
    """Set levels in place of the rulebook's."""
    ASK_RELEASE = "freigabe-beantragen"
    """Ask that views which tell who was on shift be released."""
    RELEASE = "freigabe-erteilen"
    """Release such views, for the works council."""
    INSTRUCT = "anweisen"
    """Give the host instructions, and see what became of them."""
    DATA_SUBJECTS = "betroffene"
    """Answer persons who ask for their data: find them, report, delete. Names also take the right to see names."""
    ACCOUNT_DATA = "kontodaten"
    """Answer owners of accounts who ask for their data."""
    SEE_DELETIONS = "loeschprotokoll"
    """See what was deleted, and after which periods."""
    SEE_SECURITY = "sicherheit"
    """See how it stands with the security of the installation."""
    ADMINISTER = "verwalten"
    """Make, help and close accounts, grant roles, make homes."""
    READ_LOG = "protokoll"
    """Read and export who did what at the operator."""


OPERATOR_WIDE: Final = frozenset(
    {Right.ADMINISTER, Right.INSTRUCT, Right.READ_LOG, Right.SEE_DELETIONS, Right.ACCOUNT_DATA, Right.SEE_SECURITY}
)
"""Rights that concern all homes of an operator: a grant for one home does not give them."""


class AccountRole(StrEnum):
    """What an account is granted."""

    ADMINISTRATION = "verwaltung"
    CARE_LEAD = "pflegeleitung"
    NURSE = "qn4"
    ANALYST = "analyse"
    DATA_PROTECTION = "datenschutz"
    WORKS_COUNCIL = "betriebsrat"


ROLE_WORDS: Final = {
    AccountRole.ADMINISTRATION: "Verwaltung",
    AccountRole.CARE_LEAD: "Pflegeleitung",
    AccountRole.NURSE: "Pflegefachperson (QN 4)",
    AccountRole.ANALYST: "Analyse",
    AccountRole.DATA_PROTECTION: "Datenschutz",
    AccountRole.WORKS_COUNCIL: "Betriebsrat",
}
"""The roles as pages name them."""

ROLE_RIGHTS: Final[Mapping[AccountRole, frozenset[Right]]] = {
    AccountRole.ADMINISTRATION: frozenset({Right.ADMINISTER, Right.INSTRUCT, Right.SEE_DELETIONS, Right.SEE_SECURITY}),
    AccountRole.CARE_LEAD: frozenset(
        {
            Right.SEE_FIGURES,
            Right.SEE_RESIDENTS,
            Right.READ_IN,
            Right.SEE_NAMES,
            Right.SETTLE,
            Right.RULEBOOKS,
            Right.ASK_RELEASE,
            Right.DATA_SUBJECTS,
        }
    ),
    AccountRole.NURSE: frozenset({Right.SEE_FIGURES, Right.SEE_RESIDENTS, Right.SET_LEVELS}),
    AccountRole.ANALYST: frozenset({Right.SEE_FIGURES, Right.SEE_RESIDENTS}),
    AccountRole.DATA_PROTECTION: frozenset(
        {
            Right.SEE_FIGURES,
            Right.INSTRUCT,
            Right.READ_LOG,
            Right.SEE_DELETIONS,
            Right.SEE_SECURITY,
            Right.DATA_SUBJECTS,
            Right.ACCOUNT_DATA,
        }
    ),
    AccountRole.WORKS_COUNCIL: frozenset({Right.SEE_FIGURES, Right.RELEASE}),
}
"""What each role entitles to. Nobody gets everything: administering shows no figure, analysing no name."""

_FOR_EVERYBODY: Final = (
    "auth.change_password",
    "auth.enrol",
    "auth.second_factor",
    "auth.sign_out",
    "help.index",
    "help.terms",
    "own_account.change",
    "own_account.end_session",
    "own_account.index",
    "own_account.new_codes",
    "own_account.remove_app",
    "own_account.remove_passkey",
    "passkeys.add",
    "passkeys.creation_options",
    "passkeys.request_options",
    "passkeys.show",
    "recovery_codes.done",
    "recovery_codes.file",
    "recovery_codes.index",
    "recovery_codes.use",
)

_BY_RIGHT: Final[Mapping[Right, tuple[str, ...]]] = {
    Right.SEE_FIGURES: (
        "home.index",
        "home.table",
        "interventions.index",
        "interventions.table",
        "plausibility.index",
        "plausibility.table",
        "releases.index",
        "relief.index",
        "relief.table",
        "rulebook_entries.detail",
        "rulebook_entries.index",
        "rulebook_library.compare",
        "rulebook_library.index",
        "rulebook_library.printed",
        "rulebook_library.show",
        "rulebook_library.workbook",
        "staffing.index",
        "staffing.table",
    ),
    Right.SEE_RESIDENTS: (
        "acts.index",
        "acts.table",
        "explain.show",
        "interventions.detail",
        "interventions.table_of_one",
        "overrides.index",
    ),
    Right.READ_IN: (
        "upload_preview.dismiss_report",
        "upload_preview.undo",
        "upload_preview.undo_page",
        "upload_preview.update",
        "upload_words.choose",
        "upload_words.index",
        "uploads.cancel",
        "uploads.commit",
        "uploads.discard",
        "uploads.index",
        "uploads.progress",
        "uploads.restart",
        "uploads.search",
        "uploads.show",
        "uploads.template",
        "uploads.upload",
    ),
    Right.SEE_NAMES: (
        "upload_questions.answer_columns",
        "upload_questions.answer_contents",
        "upload_questions.answer_sheet",
        "upload_questions.columns",
        "upload_questions.confirm",
        "upload_questions.contents",
        "upload_questions.overview",
        "upload_questions.password",
        "upload_questions.reopen",
        "upload_questions.sheet",
        "upload_questions.unlock",
        "names.choose",
        "names.index",
        "names.resolve",
        "unknown_people.choose",
        "unknown_people.index",
        "uploads.faulty_rows",
        "uploads.findings",
    ),
    Right.SETTLE: (
        "profiles.export",
        "profiles.index",
        "profiles.read",
        "profiles.remove",
        "profiles.rename",
        "profiles.show",
        "staffing.enter",
        "terms.choose",
        "terms.index",
        "terms.read",
        "terms.table",
    ),
    Right.RULEBOOKS: (
        "rulebook_library.activate",
        "rulebook_library.confirm",
        "rulebook_library.remove",
        "rulebook_library.upload",
    ),
    Right.SET_LEVELS: ("overrides.add", "overrides.withdraw"),
    Right.ASK_RELEASE: ("releases.ask", "releases.withdraw"),
    Right.RELEASE: ("releases.end", "releases.release"),
    Right.INSTRUCT: ("instructions.give", "instructions.index", "instructions.withdraw"),
    Right.DATA_SUBJECTS: (
        "subjects.correct",
        "subjects.erase",
        "subjects.find",
        "subjects.index",
        "subjects.lift",
        "subjects.report",
        "subjects.restrict",
        "subjects.withdraw_correction",
    ),
    Right.ACCOUNT_DATA: ("subjects.account_report", "subjects.erase_account"),
    Right.SEE_DELETIONS: ("deletions.index", "deletions.table"),
    Right.SEE_SECURITY: ("security.index",),
    Right.ADMINISTER: (
        "accounts.add",
        "accounts.add_home",
        "accounts.ask_to_reset",
        "accounts.confirm_reset",
        "accounts.disable",
        "accounts.enable",
        "accounts.end_sessions",
        "accounts.grant",
        "accounts.index",
        "accounts.unlock",
        "accounts.withdraw_grant",
        "accounts.withdraw_reset",
    ),
    Right.READ_LOG: ("log.affected", "log.index", "log.table"),
}

ENDPOINTS: Final[Mapping[str, Right | None]] = {
    **dict.fromkeys(_FOR_EVERYBODY),
    **{endpoint: right for right, endpoints in _BY_RIGHT.items() for endpoint in endpoints},
}
"""The right a page asks for; None where whoever is signed in has it. A page that is not here opens for nobody."""


def roles_with(right: Right) -> list[str]:
    """Return the names of the roles that entitle to something."""
    return [ROLE_WORDS[role] for role, rights in ROLE_RIGHTS.items() if right in rights]
