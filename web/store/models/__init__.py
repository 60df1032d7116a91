"""The work database: accounts, uploads and care data under pseudonyms. No name, no number from outside."""

from __future__ import annotations

from web.store.models.account import Account, AuditEvent, Home, SignIn, Tenant
from web.store.models.people import Assessment, Instability, PersonAnswer, Qualification, Resident, Staff
from web.store.models.rulebook import Override, Rulebook, RulebookHolding
from web.store.models.staffing import StaffingInput, WeeklyHours
from web.store.models.upload import Batch, Delivery, DeliveryDuties, DeliveryMonth, UnknownTerm
from web.store.models.words import Profile, Term
from web.store.models.work import Cube, Intervention, Label, WorkMonth

__all__ = [
    "Account",
    "Assessment",
    "AuditEvent",
    "Batch",
    "Cube",
    "Delivery",
    "DeliveryDuties",
    "DeliveryMonth",
    "Home",
    "Instability",
    "Intervention",
    "Label",
    "Override",
    "PersonAnswer",
    "Profile",
    "Qualification",
    "Resident",
    "Rulebook",
    "RulebookHolding",
    "SignIn",
    "Staff",
    "StaffingInput",
    "Tenant",
    "Term",
    "UnknownTerm",
    "WeeklyHours",
    "WorkMonth",
]
