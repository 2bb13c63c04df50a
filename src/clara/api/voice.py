"""/v1/voice/tickets, and the voice socket."""

from typing import Annotated, Literal
from urllib.parse import quote

from fastapi import WebSocket
from pydantic import BaseModel, Field

from clara.api.context import context_of
from clara.api.deps import CallerDep, ServicesDep
from clara.api.policy import allow
from clara.api.routes import router
from clara.api.schemas.fields import Answer
from clara.api.sockets import SocketRouter
from clara.core.caller import Scope
from clara.core.clock import iso
from clara.core.credentials import digest, new_token
from clara.ops.limits import Rate
from clara.voice.sockets.doorway import Doorway
from clara.voice.wire.messages import SUBPROTOCOL

TICKET_LIFE_S = 60
VOICE: Literal["voice"] = "voice"

routes = router("voice")
sockets = SocketRouter()


class TicketRequest(BaseModel):
    """What a ticket is wanted for."""

    purpose: Literal["voice"] = VOICE
    user_id: Annotated[str | None, Field(description="The caller's own id, or whom a service key acts for.")] = None


class Ticket(Answer):
    """A credential for one connection."""

    ticket: str = Field(description="Sent as `?ticket=`, or as the subprotocol `ticket.` and this.")
    expires_at: str
    url: str = Field(description="The socket's address on this server, without the ticket.")


@routes.post("/v1/voice/tickets", status_code=201)
@allow(Scope.TUTOR, rate=Rate.VOICE)
async def create_ticket(caller: CallerDep, services: ServicesDep, body: TicketRequest | None = None) -> Ticket:
    """Get a ticket for one connection to the voice socket, within a minute."""
    ticket, expires_at = new_token(), services.clock.now() + TICKET_LIFE_S
    await services.identities.create_ticket(caller.owner_id, digest(ticket), VOICE, expires_at)
    return Ticket(ticket=ticket, expires_at=iso(expires_at), url=f"/voice/ws/{quote(caller.owner_id, safe='')}")


@sockets.socket("/voice/ws/{user_id}", purpose=VOICE, protocols=(SUBPROTOCOL,))
@allow(Scope.TUTOR, rate=Rate.VOICE)
async def talk(socket: WebSocket, protocol: str | None) -> None:
    """Talk to Clara: clara.voice.v1, or dialect 0 (docs/protocol.md)."""
    caller = context_of(socket.scope).caller
    assert caller is not None
    doorway = socket.app.state.services.doorway
    assert isinstance(doorway, Doorway)
    await doorway.serve(socket, caller.owner_id, streaming=protocol is not None)
