"""Webhooks: an admin opens and closes endpoints; a hospital's system reads its log and asks for news again."""

from typing import Any

from flask_smorest import Blueprint

from schemas.webhook import (
    DeliveryListSchema,
    DeliveryQuery,
    DeliverySchema,
    EndpointListSchema,
    EndpointSchema,
    MadeEndpointSchema,
    NewEndpointSchema,
    delivery_facts,
    endpoint_facts,
)
from verify.auth import me, parts, requires
from verify.endpoint_making import make_endpoint
from workflows import webhooks
from workflows.permissions import Permission

blueprint = Blueprint("webhooks", __name__, url_prefix="/api/v1/webhooks", description="Kabar ke sistem rumah sakit")


@blueprint.get("")
@requires(Permission.READ_NEWS)
@blueprint.response(200, EndpointListSchema)
def list_endpoints() -> dict[str, Any]:
    """An admin sees the region's endpoints, a hospital its own."""
    with parts().database.read() as session:
        return {"endpoints": [endpoint_facts(one) for one in webhooks.endpoints(session, me())]}


@blueprint.post("")
@requires(Permission.MANAGE_STAFF)
@blueprint.arguments(NewEndpointSchema)
@blueprint.response(201, MadeEndpointSchema)
def open_endpoint(given: dict[str, Any]) -> dict[str, Any]:
    """Open an endpoint. ``secret`` is told this once; who loses it gets another endpoint."""
    with parts().database.write() as session:
        endpoint, secret = make_endpoint(parts(), session, given["hospital"], given["url"], me())
        return endpoint_facts(endpoint) | {"secret": secret}


@blueprint.delete("/<endpoint_id>")
@requires(Permission.MANAGE_STAFF)
@blueprint.response(200, EndpointSchema)
def close_endpoint(endpoint_id: str) -> dict[str, Any]:
    """Tell it nothing more."""
    with parts().database.write() as session:
        return endpoint_facts(webhooks.close_endpoint(session, endpoint_id, me(), now=parts().clock()))


@blueprint.get("/deliveries")
@requires(Permission.READ_NEWS)
@blueprint.arguments(DeliveryQuery, location="query")
@blueprint.response(200, DeliveryListSchema)
def list_deliveries(query: dict[str, Any]) -> dict[str, Any]:
    """What was sent or is to be, newest first, with every try."""
    with parts().database.read() as session:
        found = webhooks.deliveries(session, me(), undelivered=query["undelivered"], before=query.get("before"))
        listed = [delivery_facts(one, webhooks.attempts(session, one)) for one in found]
    return {"deliveries": listed, "before": found[-1].id if len(found) == webhooks.PAGE else None}


@blueprint.post("/deliveries/<message_id>/replay")
@requires(Permission.READ_NEWS)
@blueprint.response(202, DeliverySchema)
def replay(message_id: str) -> dict[str, Any]:
    """Send a finished delivery again under its old ``webhook-id``."""
    with parts().database.write() as session:
        delivery = webhooks.replay(session, message_id, me(), now=parts().clock())
        return delivery_facts(delivery, webhooks.attempts(session, delivery))
