"""Documents of a brief as they are given with a new room."""

from typing import Annotated, Final

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from token_server.names import check_printable

MOST_DOCUMENTS: Final = 20
"""Of one room."""
DOCUMENT_NAME: Final = 120
"""Most characters of a document's name."""
_LONGEST_TEXT: Final = 100_000


def _check_text(text: str) -> str:
    if not text.strip():
        raise ValueError("holds no text")
    if "\0" in text:
        raise ValueError("is no text; PUT files to /rooms/{room_name}/briefs/{document_name}")
    return text.replace("\f", "\n")  # parts the pages of a PDF, and this is none


def _check_names(documents: "tuple[NewDocument, ...]") -> "tuple[NewDocument, ...]":
    if len({one.document for one in documents}) < len(documents):
        raise ValueError("must not name a document twice")
    return documents


class NewDocument(BaseModel):
    """A short document of plain text or Markdown."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        use_attribute_docstrings=True,
        json_schema_extra={
            "example": {"document": "prices.md", "text": "# Prices\nFrom 30 euros."}
        },
    )

    document: Annotated[
        str, Field(min_length=1, max_length=DOCUMENT_NAME), AfterValidator(check_printable)
    ]
    """Its name; answers name it as their source."""
    text: Annotated[str, Field(max_length=_LONGEST_TEXT), AfterValidator(_check_text)]


Brief = Annotated[
    tuple[NewDocument, ...], Field(max_length=MOST_DOCUMENTS), AfterValidator(_check_names)
]
"""All documents that come with a room."""
