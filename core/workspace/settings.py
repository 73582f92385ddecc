"""Values of a workspace by name, such as the person's name; anything that JSON can hold."""

from __future__ import annotations

from typing import Any

from core.workspace.sql.part import StorePart
from core.workspace.tables import SettingTable


class Settings(StorePart):
    """The settings of a workspace."""

    def get(self, name: str, default: Any = None) -> Any:
        """The value of that name, or the default."""
        with self._database.reading() as session:
            found = session.get(SettingTable, name)
            return default if found is None else found.value

    def set(self, name: str, value: Any) -> None:
        """Remember a value."""
        with self._database.writing() as session:
            session.merge(SettingTable(name=name, value=value))
