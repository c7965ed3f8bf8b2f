"""Every message that crosses the room: models, topics, roles and their version.

The page's TypeScript types and the JSON Schema files are made from these models by
`make wire`; nothing in here does I/O.
"""
