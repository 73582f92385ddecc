"""Every setting that the program reads from the environment stands in the table of docs/server.md."""

import dataclasses
import re

from core.config import PROJECT_DIR, Limits

READS = re.compile(r"""environ(?:\.get)?[(\[]["']([A-Z_]+)["']""")


def test_the_table_of_settings_is_what_the_program_reads():
    read = {name for path in (PROJECT_DIR / "core").rglob("*.py") for name in READS.findall(path.read_text())}
    read |= {f"LIMIT_{field.name.upper()}" for field in dataclasses.fields(Limits)}
    table = (PROJECT_DIR / "docs" / "server.md").read_text().partition("## Settings")[2]
    told = set(re.findall(r"`([A-Z_]{4,})`", "\n".join(re.findall(r"^\| (`.*?) \|", table, re.MULTILINE))))
    assert told == read
