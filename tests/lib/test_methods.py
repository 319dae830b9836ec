"""HEAD answers as GET does, without the body; OPTIONS names what may be done."""

import pytest
from django.test import Client
from django.urls import reverse

from tenants.roles import Role
from tests.tenants.world import World, browser

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("later")]

LEADS = "/api/v1/leads"


def test_a_page_answers_head_like_get_without_the_body(world: World) -> None:
    client = world.acme.client(Role.ADMINISTRATOR)
    url = f"/o/{world.acme.organisation.slug}/leads/"
    got, head = client.get(url), client.head(url)
    assert (head.status_code, head.content) == (got.status_code, b"") == (200, b"")
    assert head.headers["Content-Type"] == got.headers["Content-Type"]
    assert head.headers["Vary"] == got.headers["Vary"]


def test_a_page_that_only_takes_posts_refuses_head_as_it_refuses_get(world: World) -> None:
    client = world.acme.client(Role.ADMINISTRATOR)
    url = reverse("leads:rescore", kwargs={"slug": world.acme.organisation.slug})
    assert client.head(url).status_code == client.get(url).status_code == 405


def test_the_interface_answers_head_like_get_without_the_body(world: World) -> None:
    headers = world.acme.keys[Role.ADMINISTRATOR]
    got, head = browser().get(LEADS, headers=headers), browser().head(LEADS, headers=headers)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["Content-Length"] == str(len(got.content))


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer sk_live_no_key"}])
def test_head_needs_the_key_that_get_needs(headers: dict[str, str]) -> None:
    assert Client().head(LEADS, headers=headers).status_code == 401


def test_options_names_the_methods_and_needs_a_key_only(world: World) -> None:
    answer = browser().options(LEADS, headers=world.acme.keys[Role.AUDITOR])
    assert (answer.status_code, answer.content) == (204, b"")
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}
    assert browser().options(LEADS).status_code == 401
