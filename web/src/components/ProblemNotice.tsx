import type { Problem } from '../core/problem';

interface ProblemNoticeProps {
  readonly problem: Problem;
  readonly onRetry?: () => void;
  readonly onClose?: () => void;
  /** Level of the heading: 1 where the problem is all that the page has to say. */
  readonly level?: 1 | 2;
}

/** Says what went wrong and what to do; offers to try again where that makes sense. */
export function ProblemNotice({ problem, onRetry, onClose, level = 2 }: ProblemNoticeProps) {
  const Heading = level === 1 ? 'h1' : 'h2';
  return (
    <section className="problem" role="alert" data-testid="problem">
      <Heading>{problem.title}</Heading>
      <p>{problem.detail}</p>
      <p>{problem.remedy}</p>
      {(problem.canRetry && onRetry) || onClose ? (
        <div className="actions">
          {problem.canRetry && onRetry && (
            <button type="button" className="button" onClick={onRetry}>
              Try again
            </button>
          )}
          {onClose && (
            <button type="button" className="button plain" onClick={onClose}>
              Close
            </button>
          )}
        </div>
      ) : null}
    </section>
  );
}
