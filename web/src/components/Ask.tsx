import { type KeyboardEvent, type SyntheticEvent, useId, useState } from 'react';
import type { Answer } from '../core/answers';
import { describeVoice, type CallState } from '../core/callState';
import { ask } from '../core/controls';
import type { Requests } from '../hooks/useRequests';
import { AnswerCard } from './AnswerCard';

interface AskProps {
  readonly answers: readonly Answer[];
  readonly state: CallState | undefined;
  readonly requests: Requests;
  readonly onJump: (identity: string, segmentId: string) => void;
}

const LONGEST_QUESTION = 1000;

/** A question about this call, and all the answers so far, the newest on top. */
export function Ask({ answers, state, requests, onJump }: AskProps) {
  const [question, setQuestion] = useState('');
  const [aloud, setAloud] = useState(false);
  const noteId = useId();
  const busy = requests.asking?.request === 'ask';
  const canSpeak = state !== undefined && state.voice !== '' && !state.muted;

  const submit = async () => {
    if (question.trim() === '' || busy) return;
    const done = await requests.ask(ask(question, aloud && canSpeak));
    // What was typed while the question was on its way is kept.
    if (done) setQuestion((now) => (now === question ? '' : now));
  };
  const onSubmit = (event: SyntheticEvent) => {
    event.preventDefault();
    void submit();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    void submit();
  };

  return (
    <>
      <form className="ask" onSubmit={onSubmit}>
        <textarea
          rows={1}
          maxLength={LONGEST_QUESTION}
          aria-label="Ask about this call"
          placeholder="Ask about this call: what was the budget?"
          value={question}
          onKeyDown={onKeyDown}
          onChange={(event) => {
            setQuestion(event.target.value);
          }}
        />
        <label className="switch small">
          <input
            type="checkbox"
            role="switch"
            checked={aloud && canSpeak}
            disabled={!canSpeak}
            aria-describedby={canSpeak ? undefined : noteId}
            onChange={(event) => {
              setAloud(event.target.checked);
            }}
          />
          <span>Aloud, to everybody</span>
        </label>
        <button type="submit" className="button small primary" aria-disabled={busy}>
          {busy ? 'Asking…' : 'Ask'}
        </button>
        {state && !canSpeak && (
          <p className="field-note" id={noteId}>
            {describeVoice(state)}
          </p>
        )}
      </form>
      <div className="scroll" tabIndex={0} role="region" aria-label="Answers">
        {answers.length === 0 && (
          <p className="empty">
            Answers come with the words that they rest on. Only hosts see them.
          </p>
        )}
        <ol className="answers" data-testid="answers">
          {answers.map((answer) => (
            <AnswerCard key={answer.id} answer={answer} onJump={onJump} />
          ))}
        </ol>
      </div>
    </>
  );
}
