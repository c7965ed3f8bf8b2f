"""Who keeps the sound of a call: this worker, or the media server's egress service."""

from agent.given import Given
from agent.settings import AgentSettings
from agent.sound.egress import EgressParts, output_for
from agent.sound.part import folder_of_parts
from agent.sound.writer import PartKeeper, PartWriter
from records import Meeting
from settings import SettingsError


def choose_keeper(given: Given, meeting: Meeting) -> PartKeeper:
    """Return what the settings name."""
    settings = given.settings
    if settings.sound == "egress":
        return EgressParts(
            settings,
            store=given.store,
            files=given.files,
            room_name=meeting.room_name,
            room_sid=meeting.room_sid,
        )
    return PartWriter(folder_of_parts(settings.sound_folder, settings.database_url))


def check_sound(settings: AgentSettings) -> None:
    """Make sure that the sound of calls can be kept as the settings say.

    Raises:
        SettingsError: the egress service cannot write where FILES_URL says.
    """
    if settings.sound == "egress" and output_for(settings, "sound") is None:
        raise SettingsError(
            "SOUND=egress needs an address like s3://bucket/folder in FILES_URL: the egress "
            "service writes there itself; or say SOUND=agent"
        )
