from dataclasses import dataclass

import pytest

from tui_trader.credentials import Credentials

SECRET = "45d0b3c26f2644f19bfb98b07741b2f5"
PAIR = Credentials("mx0aBYs33eIilxBWC5", SECRET)


@dataclass(frozen=True)
class Holder:
    inside: Credentials


@pytest.mark.parametrize("text", [repr(PAIR), str(PAIR), f"{PAIR}", f"{PAIR!r:>80}", repr(Holder(PAIR)), repr([PAIR])])
def test_no_text_form_shows_more_than_the_keys_tail(text: str) -> None:
    assert SECRET not in text
    assert PAIR.key not in text
    assert "BWC5" in text


def test_a_short_key_shows_no_tail() -> None:
    assert Credentials("short-key", SECRET).tail == ""
    assert PAIR.tail == "BWC5"


def test_a_pair_can_not_be_changed() -> None:
    with pytest.raises(AttributeError):
        PAIR.secret = "x"  # type: ignore[misc]
