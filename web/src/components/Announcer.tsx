import { useState } from 'react';
import { announceLines, announceNotes, type Announcement } from '../core/announcements';
import type { Notes } from '../hooks/useNotes';

interface AnnouncerProps {
  readonly notes: Notes;
  readonly self: string;
}

/** Reads out, in a screen reader, what is new since this call was joined. */
export function Announcer({ notes, self }: AnnouncerProps) {
  const [joinedAtMs] = useState(notes.now);
  return (
    <>
      <Said announcements={announceNotes(notes, joinedAtMs)} />
      <Said announcements={announceLines(notes, self, joinedAtMs)} />
    </>
  );
}

function Said({ announcements }: { readonly announcements: readonly Announcement[] }) {
  return (
    <div className="sr-only" aria-live="polite" aria-relevant="additions">
      {announcements.map(({ key, text }) => (
        <p key={key}>{text}</p>
      ))}
    </div>
  );
}
