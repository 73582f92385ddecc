"""When people must sign in, and by which way.

On localhost nobody has to. Whoever can reach the server from elsewhere must: where it listens elsewhere,
where a proxy on this machine passes requests on, or where `REQUIRE_SIGN_IN=1` says so.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cache
from ipaddress import ip_address
from typing import Literal

import streamlit as st
from streamlit import config

from core.people.passwords import Attempts
from core.ui.store import opened

Way = Literal["service", "password"]

_FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip")


def is_needed(headers: Mapping[str, str]) -> bool:
    """Whether who sends a request with these headers must sign in.

    Args:
        headers: Of the request; names in lower case, or a mapping that does not mind.
    """
    if os.environ.get("REQUIRE_SIGN_IN", "0") not in ("", "0"):
        return True
    return not _is_this_machine(config.get_option("server.address")) or any(
        headers.get(name) for name in _FORWARDED
    )


def way() -> Way | None:
    """How people sign in: by a service where the secrets name one, else by passwords where there are any."""
    if st.secrets.load_if_toml_exists() and "auth" in st.secrets:
        return "service"
    return "password" if opened().persons.with_password() else None


@cache
def attempts() -> Attempts:
    """Wrong passwords, counted for the whole server."""
    return Attempts()


def _is_this_machine(address: str | None) -> bool:
    if not address:
        # Streamlit listens everywhere then.
        return False
    try:
        return ip_address(address.strip("[]")).is_loopback
    except ValueError:
        return address == "localhost" or address.endswith(".localhost")
