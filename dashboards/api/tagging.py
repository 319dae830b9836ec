"""Figures with a tag: a client that asks again and brings it learns in a few bytes that nothing has changed."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

import msgspec
from rest_framework.response import Response

from tenants.rest import KeyView


class TaggedView(KeyView):
    """A view of figures whose answers carry an ETag."""

    def tagged(self, body: Mapping[str, Any]) -> Response:
        """Answer figures, or 304 where the client has these already.

        The moment of asking does not change the tag, so it is a weak one: figures are the same, the bytes are not. Nor
        does an event that moved none of them. A mark that has moved does: figures as of it are not those of now.
        """
        as_of = body.get("as_of")
        told = {**body, "as_of": None if as_of == self.at else as_of, "last_event": None}
        same = msgspec.json.encode(told, enc_hook=str, order="deterministic")
        tag = f'W/"{sha256(same).hexdigest()[:32]}"'
        known = [part.strip() for part in self.request.headers.get("If-None-Match", "").split(",")]
        headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
        if tag in known:
            return Response(status=304, headers=headers)
        return Response(body, headers=headers)
