"""The pure rules of messages for machines: when again, in which shape, in which words."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from standardwebhooks.webhooks import Webhook

from notifications.announcing import SENTENCES, announcement
from notifications.payloads import TYPES, example_of, schema_of
from notifications.retrying import MAX_ATTEMPTS, PAUSES, Verdict, judge, wish_in
from notifications.signing import new_secret, signed_headers

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
S, M, H = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)


@pytest.mark.parametrize(
    ("attempts", "status", "wish", "jitter", "expected"),
    [
        (1, 200, None, 0.0, Verdict(arrived=True)),
        (1, 299, None, 0.0, Verdict(arrived=True)),
        (1, 300, None, 0.0, Verdict(pause=5 * S)),
        (1, None, None, 0.0, Verdict(pause=5 * S)),
        (1, 500, None, 1.0, Verdict(pause=6 * S)),
        (2, 404, None, 0.0, Verdict(pause=5 * M)),
        (9, 500, None, 0.0, Verdict(pause=24 * H)),
        (10, 500, None, 0.0, Verdict()),
        (1, 410, None, 0.0, Verdict(gone=True)),
        (1, 429, 90 * S, 0.0, Verdict(pause=90 * S)),
        (3, 503, 1 * S, 0.0, Verdict(pause=30 * M)),
        (1, 503, 1000 * H, 0.0, Verdict(pause=24 * H)),
    ],
)  # fmt: skip
def test_what_an_attempt_means(
    attempts: int, status: int | None, wish: timedelta | None, jitter: float, expected: Verdict
) -> None:
    assert judge(attempts=attempts, status=status, wish=wish, jitter=jitter) == expected


def test_the_schedule_is_the_specifications() -> None:
    assert [pause.total_seconds() for pause in PAUSES] == [5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400]
    assert MAX_ATTEMPTS == 10


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("120", 120 * S), ("0", 0 * S), ("Mon, 02 Mar 2026 10:00:00 GMT", H), ("Mon, 02 Mar 2026 08:00:00 GMT", 0 * S),
        ("", None), (None, None), ("-1", None), ("soon", None), ("1.5", None), ("9" * 30, None), ("٣", None),
    ],
)  # fmt: skip
def test_what_a_receiver_asks_for(header: str | None, expected: timedelta | None) -> None:
    assert wish_in(header, at=NOW) == expected


def test_signatures_are_those_of_the_independent_library() -> None:
    secret = new_secret()
    body = '{"a":"größe"}'
    headers = signed_headers([secret], message_id="msg_1", at=NOW, body=body)
    assert headers["webhook-signature"] == Webhook(secret).sign("msg_1", NOW, body)


@pytest.mark.parametrize("kind", sorted(TYPES))
def test_every_type_has_a_shape_an_example_and_a_sentence(kind: str) -> None:
    example, schema = example_of(kind), schema_of(kind)
    assert example["type"] == kind
    assert set(schema["properties"]["data"]["properties"]) == set(example["data"])
    assert ("lead" in example["data"]) == TYPES[kind].lead
    facts = dict(TYPES[kind].facts)
    sentence = announcement(kind, facts, ZoneInfo("Europe/Vienna"))
    assert sentence
    assert sentence.endswith(".")


def test_no_sentence_is_left_over() -> None:
    assert set(SENTENCES) == set(TYPES)
