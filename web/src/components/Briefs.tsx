import { useId } from 'react';
import { BRIEF_ENDINGS, describeLength } from '../core/briefs';
import type { Invitation } from '../core/invitation';
import { useBriefs } from '../hooks/useBriefs';
import { ProblemNotice } from './ProblemNotice';

/** The documents from which Sidenote answers what guests ask. */
export function Briefs({ invitation }: { readonly invitation: Invitation }) {
  const { briefs, busy, problem, closeProblem, give, remove } = useBriefs(invitation);
  const noteId = useId();
  return (
    <section className="briefs" data-testid="briefs" aria-busy={busy}>
      <h3>Brief</h3>
      <p className="field-note" id={noteId}>
        Notes, a price list, answers to common questions: when a guest asks, the line that answers
        appears among the talking points. Markdown, text or PDF, up to 2 MB.
      </p>
      {problem && <ProblemNotice problem={problem} onClose={closeProblem} />}
      <ul>
        {briefs.map((brief) => (
          <li key={brief.document}>
            <span>
              {brief.document} <small>{describeLength(brief)}</small>
            </span>
            <button
              type="button"
              className="button small plain"
              disabled={busy}
              aria-label={`Delete ${brief.document}`}
              onClick={() => void remove(brief.document)}
            >
              Delete
            </button>
          </li>
        ))}
      </ul>
      <label className="button small">
        {busy ? 'One moment…' : 'Give a document'}
        <input
          type="file"
          className="sr-only"
          accept={BRIEF_ENDINGS}
          disabled={busy}
          aria-describedby={noteId}
          onChange={(event) => {
            const file = event.target.files?.[0];
            // The same file may be chosen again after it was changed.
            event.target.value = '';
            if (file) void give(file);
          }}
        />
      </label>
    </section>
  );
}
