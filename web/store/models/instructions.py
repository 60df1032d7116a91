"""What a tenant instructed the host to do: the register of instructions (T12)."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003  # SQLAlchemy reads the annotations

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped  # noqa: TC002  # SQLAlchemy reads the annotations

from web.store.base import Base, Moment
from web.store.data_classes import Columns, Deletion

_instruction = Columns("tenant_id", Deletion.CONTRACT)


class Instruction(Base):
    """An instruction: done or withdrawn once, never changed or deleted before the contract ends."""

    __tablename__ = "instruction"
    __table_args__ = _instruction.table("pseudonymous")
    id: Mapped[int] = _instruction("free", primary_key=True)
    tenant_id: Mapped[int] = _instruction("free", ForeignKey("tenant.id"), index=True)
    kind: Mapped[str] = _instruction("free", String(20))
    """Of :class:`web.services.instructions.InstructionKind`."""
    text: Mapped[str] = _instruction("free", String(1000))
    given_at: Mapped[datetime] = _instruction("free", Moment)
    given_by: Mapped[int | None] = _instruction("pseudonymous", ForeignKey("account.id", ondelete="SET NULL"))
    open_until: Mapped[datetime | None] = _instruction("free", Moment)
    """When access for support ends by itself; None for other kinds."""
    done_at: Mapped[datetime | None] = _instruction("free", Moment)
    done_by: Mapped[str] = _instruction("pseudonymous", String(100), default="")
    """Who of the host did it, as the log names them."""
    done_note: Mapped[str] = _instruction("free", String(1000), default="")
    withdrawn_at: Mapped[datetime | None] = _instruction("free", Moment)
    withdrawn_by: Mapped[int | None] = _instruction("pseudonymous", ForeignKey("account.id", ondelete="SET NULL"))
