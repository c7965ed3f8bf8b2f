import type { StatisticsRow } from '../core/statistics';

/** Who has spoken how much so far, for a host who wants to know. */
export function Statistics({ rows }: { readonly rows: readonly StatisticsRow[] }) {
  return (
    <details className="coverage statistics" data-testid="statistics">
      <summary>Who speaks how much</summary>
      <div className="scroll" tabIndex={0} role="region" aria-label="Who speaks how much">
        <table>
          <thead>
            <tr>
              <th scope="col">Who</th>
              <th scope="col">Spoke</th>
              <th scope="col">Turns</th>
              <th scope="col">Longest</th>
              <th scope="col">Broke in</th>
              <th scope="col">Asked</th>
              <th scope="col">Words/min</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.identity} data-identity={row.identity}>
                <th scope="row">
                  {row.name}
                  {row.keywords && <small>{row.keywords}</small>}
                </th>
                <td>
                  {row.spoke}
                  <meter value={row.share} aria-hidden="true" />
                </td>
                <td>{row.turns}</td>
                <td>{row.longest}</td>
                <td>{row.interruptions}</td>
                <td>{row.questions}</td>
                <td>{row.pace}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}
