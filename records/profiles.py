"""The people who want to know what concerns them in meetings."""

from dataclasses import asdict, dataclass

from sqlalchemy import delete, select

from records.connection import DatabaseConnection
from records.tables import ProfileRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """Somebody who wants minutes of their own, and to be told when they are spoken of."""

    id: str
    name: str
    """As the display name in calls: a host of this name is told during the call."""
    role: str = ""
    """In words: head of sales."""
    keywords: tuple[str, ...] = ()
    projects: tuple[str, ...] = ()


class ProfileRecords(DatabaseConnection):
    """Profiles; they belong to no meeting."""

    async def put_profile(self, profile: Profile) -> None:
        """Keep a profile, in place of an older one of its id."""
        row = asdict(profile) | {
            "keywords": list(profile.keywords),
            "projects": list(profile.projects),
        }
        async with self._transaction() as connection:
            await connection.execute(self._upsert(ProfileRow, row, ProfileRow.id))

    async def delete_profile(self, profile_id: str) -> bool:
        """Forget a profile; False if there is none. Minutes written for it stay."""
        statement = delete(ProfileRow).where(ProfileRow.id == profile_id)
        async with self._transaction() as connection:
            return (await connection.execute(statement)).rowcount == 1

    async def find_profile(self, profile_id: str) -> Profile | None:
        """Return a profile, or None."""
        return next((one for one in await self.list_profiles() if one.id == profile_id), None)

    async def list_profiles(self) -> list[Profile]:
        """Return all profiles, by name."""
        query = select(ProfileRow.__table__).order_by(ProfileRow.name, ProfileRow.id)
        async with self._transaction() as connection:
            rows = (await connection.execute(query)).mappings().all()
        return [
            Profile(
                id=row["id"],
                name=row["name"],
                role=row["role"],
                keywords=tuple(row["keywords"]),
                projects=tuple(row["projects"]),
            )
            for row in rows
        ]
