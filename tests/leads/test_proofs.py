"""How a stored proof and a phone number read."""

import pytest

from leads.normal import phone_text
from leads.proofs import proof_text


@pytest.mark.parametrize(
    ("stored", "read"),
    [
        ("3 ×, 2026-11-19", "3 times, last on 19 Nov 2026"),
        ("1 ×, 2026-11-09", "once, on 9 Nov 2026"),
        ("professional_services", "Professional services"),
        ("logistics, real_estate", "Logistics, real estate"),
        ("640", "640"),
        ("DE", "DE"),
        ("CTO", "CTO"),
        ("ceo", "ceo"),
        ("VP Operations", "VP Operations"),
        ("2026-11-19", "2026-11-19"),
        ("3 ×, 2026-99-99", "3 ×, 2026-99-99"),
        ("", ""),
    ],
)
def test_a_proof_reads_like_a_sentence_of_its_own(stored: str, read: str) -> None:
    assert proof_text(stored) == read


@pytest.mark.parametrize(
    ("stored", "read"), [("+4315552369", "+43 1 5552369"), ("+14155552671", "+1 415-555-2671"), ("", "")]
)
def test_a_number_reads_in_groups(stored: str, read: str) -> None:
    assert phone_text(stored) == read
