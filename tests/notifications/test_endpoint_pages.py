"""Endpoints for a person and for a client: made, tried, rotated, read, sent again."""

from datetime import datetime

import pytest
from django.test import Client

from notifications.models import Delivery, Endpoint
from smarketing.lib.scope import tenant_scope
from tests.support import Cast, api_key, signed_in

pytestmark = pytest.mark.django_db

PAGE = "/o/acme/settings/webhooks/"
URL = "/api/v1/webhook-endpoints"
JSON = "application/json"
FORM = {"name": "CRM", "url": "https://crm.example/hook", "everything": "on"}


def test_the_secret_is_shown_once(cast: Cast) -> None:
    client = signed_in(cast.ada)
    made = client.post(f"{PAGE}new/", FORM)
    assert b"whsec_" in made.content
    with tenant_scope(cast.acme.pk):
        endpoint = Endpoint.objects.get()
    assert b"whsec_" not in client.get(f"{PAGE}{endpoint.pk}/").content
    rotated = client.post(f"{PAGE}{endpoint.pk}/rotate/")
    assert b"whsec_" in rotated.content


def test_an_address_inside_is_refused_at_its_field(cast: Cast) -> None:
    response = signed_in(cast.ada).post(f"{PAGE}new/", {**FORM, "url": "https://169.254.169.254/latest"})
    assert response.status_code == 422
    assert b"The address leads into a private network." in response.content


def test_a_channels_address_never_comes_back(cast: Cast) -> None:
    client = signed_in(cast.ada)
    form = {"name": "#sales", "url": "https://hooks.slack.example/services/T0/hiddenpart", "types": ["case.ruled"]}
    client.post(f"{PAGE}new/?kind=slack", form)
    with tenant_scope(cast.acme.pk):
        endpoint = Endpoint.objects.get()
    for page in (PAGE, f"{PAGE}{endpoint.pk}/", f"{PAGE}{endpoint.pk}/change/"):
        assert b"hiddenpa" not in client.get(page).content
    client.post(f"{PAGE}{endpoint.pk}/change/", {"name": "#sla", "url": "", "types": ["case.ruled", "case.opened"]})
    with tenant_scope(cast.acme.pk):
        changed = Endpoint.objects.get()
    assert (changed.name, changed.types, changed.sealed_url) == (
        "#sla",
        ["case.opened", "case.ruled"],
        endpoint.sealed_url,
    )


def test_pausing_twice_says_why_not(cast: Cast) -> None:
    client = signed_in(cast.ada)
    client.post(f"{PAGE}new/", FORM)
    with tenant_scope(cast.acme.pk):
        pause = f"{PAGE}{Endpoint.objects.get().pk}/pause/"
    assert client.post(pause).status_code == 302
    assert client.post(pause).status_code == 409
    assert client.post(pause.replace("pause", "explode")).status_code == 404


def test_a_client_does_all_of_it(cast: Cast, at: datetime) -> None:
    client = Client(headers=api_key(cast.ada, "webhooks:manage", at=at))
    made = client.post(URL, {"name": "ERP", "url": "https://erp.example/"}, content_type=JSON)
    assert made.status_code == 201
    assert "whsec_" not in made.content.decode()
    one = f"{URL}/{made.json()['id']}"
    [secret] = client.get(f"{one}/secret").json()["secrets"]
    assert client.post(f"{one}/rotation", content_type=JSON).status_code == 201
    assert client.get(f"{one}/secret").json()["secrets"][1] == secret
    trial = client.post(f"{one}/trial", content_type=JSON).json()
    assert client.get(f"{one}/deliveries").json()["results"][0]["id"] == trial["id"]
    message = f"{one}/deliveries/{trial['id']}"
    assert '"endpoint.test"' in client.get(message).json()["body"]
    assert client.post(f"{message}/replay", content_type=JSON).json()["code"] == "delivery_on_its_way"
    with tenant_scope(cast.acme.pk):
        Delivery.objects.update(state="failed")
    assert client.post(f"{message}/replay", content_type=JSON).status_code == 202
    etag = client.get(one).headers["ETag"]
    patched = client.patch(one, {"types": ["case.ruled"]}, content_type=JSON, headers={"If-Match": etag})
    assert patched.json()["types"] == ["case.ruled"]
    late = client.patch(one, {"types": []}, content_type=JSON, headers={"If-Match": etag})
    assert late.status_code == 412
    assert client.delete(one).json()["state"] == "removed"
    assert client.get(one).status_code == 404
