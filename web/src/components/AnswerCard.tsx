import { memo } from 'react';
import type { Answer } from '../core/answers';
import { Clock } from './Clock';

interface AnswerCardProps {
  readonly answer: Answer;
  readonly onJump: (identity: string, segmentId: string) => void;
}

/** One question and its answer, with the lines that it rests on and what the transcript lacks. */
export const AnswerCard = memo(function AnswerCard({ answer, onJump }: AnswerCardProps) {
  return (
    <li className="answer" data-id={answer.id} data-complete={answer.complete}>
      <h3 dir="auto">{answer.question}</h3>
      <p className="answer-text" dir="auto" aria-busy={!answer.complete}>
        {answer.text}
        {!answer.complete && <span className="writing"> writing…</span>}
      </p>
      {answer.quotes.length > 0 && (
        <ul className="quotes">
          {answer.quotes.map((quote, index) => (
            <li key={`${quote.segment_id} ${index}`}>
              <button
                type="button"
                className="link"
                title="Show it in the transcript"
                onClick={() => {
                  onJump(quote.speaker_identity, quote.segment_id);
                }}
              >
                <b>{quote.speaker_name}</b> <Clock ms={quote.at_ms} />
                <span dir="auto"> “{quote.quote}”</span>
              </button>
            </li>
          ))}
        </ul>
      )}
      {answer.gaps && (
        <p className="gaps" data-testid="gaps">
          {answer.gaps}
        </p>
      )}
      <p className="point-foot">
        <Clock ms={answer.asked_at_ms} />
        {answer.answered_by && <span>by {answer.answered_by}</span>}
        {answer.spoken && <span>read aloud</span>}
      </p>
    </li>
  );
});
