"""The work database: accounts, uploads and care data under pseudonyms. No name, no number from outside."""

from __future__ import annotations

from web.store.models.account import Account, Home, Installation, SignIn, Tenant
from web.store.models.deletion import DeletionRecord
from web.store.models.factors import FactorReset, FirstToken, Passkey, RecoveryCode
from web.store.models.grants import Grant, PersonLevelRelease
from web.store.models.instructions import Instruction
from web.store.models.log import AuditEvent, LogHead
from web.store.models.people import (
    Assessment,
    Correction,
    Instability,
    PersonAnswer,
    Qualification,
    Resident,
    ResidentGrade,
    ResidentWard,
    Restriction,
    Staff,
    Stay,
)
from web.store.models.rulebook import Override, Rulebook, RulebookHolding
from web.store.models.staffing import StaffingInput, WeeklyHours
from web.store.models.upload import (
    AppliedDuties,
    AppliedMonth,
    AppliedUpload,
    FindingPlaces,
    UnknownTerm,
    UnknownTermDay,
    Upload,
)
from web.store.models.words import Profile, Term
from web.store.models.work import Cube, Label, PerformedIntervention, WorkMonth

__all__ = [
    "Account",
    "AppliedDuties",
    "AppliedMonth",
    "AppliedUpload",
    "Assessment",
    "AuditEvent",
    "Correction",
    "Cube",
    "DeletionRecord",
    "FactorReset",
    "FindingPlaces",
    "FirstToken",
    "Grant",
    "Home",
    "Instability",
    "Installation",
    "Instruction",
    "Label",
    "LogHead",
    "Override",
    "Passkey",
    "PerformedIntervention",
    "PersonAnswer",
    "PersonLevelRelease",
    "Profile",
    "Qualification",
    "RecoveryCode",
    "Resident",
    "ResidentGrade",
    "ResidentWard",
    "Restriction",
    "Rulebook",
    "RulebookHolding",
    "SignIn",
    "Staff",
    "StaffingInput",
    "Stay",
    "Tenant",
    "Term",
    "UnknownTerm",
    "UnknownTermDay",
    "Upload",
    "WeeklyHours",
    "WorkMonth",
]
