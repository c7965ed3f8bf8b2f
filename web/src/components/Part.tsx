import { type ReactNode, useCallback } from 'react';
import { fetchPart, type MeetingAccess } from '../core/meetingParts';
import { isProblem } from '../core/problem';
import { useAnswer } from '../hooks/useAnswer';
import { ProblemNotice } from './ProblemNotice';

interface PartProps<Answer> {
  readonly access: MeetingAccess;
  /** Its place below the meeting. */
  readonly part: string;
  /** Must stay the same from one rendering to the next. */
  readonly read: (value: unknown) => Answer | undefined;
  readonly children: (answer: Answer) => ReactNode;
}

/** A part of a meeting: asked for when it is first shown. */
export function Part<Answer extends object>(props: PartProps<Answer>) {
  const { access, part, read, children } = props;
  const load = useCallback(() => fetchPart(access, part, read), [access, part, read]);
  const { answer, reload } = useAnswer(load);
  if (!answer) return <p className="empty">One moment…</p>;
  if (isProblem(answer)) return <ProblemNotice problem={answer} onRetry={reload} />;
  return children(answer);
}
