import type { StatisticsRow } from '../core/statistics';

/** Who spoke how much of the time in which somebody spoke. */
export function ShareBars({ rows }: { readonly rows: readonly StatisticsRow[] }) {
  if (rows.length === 0) return <p className="empty">Nobody spoke.</p>;
  return (
    <ul className="shares" aria-label="Who spoke how much" data-testid="shares">
      {rows.map(({ identity, name, share, spoke }) => (
        <li key={identity}>
          <b>{name}</b>
          <span>{spoke}</span>
          <meter value={share} aria-hidden="true" />
        </li>
      ))}
    </ul>
  );
}
