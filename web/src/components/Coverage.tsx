import type { CoverageRow } from '../core/coverage';

/** What was heard of everybody, for a host who wants to know. */
export function Coverage({ rows }: { readonly rows: readonly CoverageRow[] }) {
  return (
    <details className="coverage" data-testid="coverage">
      <summary>What was heard</summary>
      <div className="scroll" tabIndex={0} role="region" aria-label="What was heard">
        <table>
          <thead>
            <tr>
              <th scope="col">Who</th>
              <th scope="col">Heard</th>
              <th scope="col">Silent</th>
              <th scope="col">Not recognized</th>
              <th scope="col">Dropped</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.identity} data-identity={row.identity}>
                <th scope="row">{row.name}</th>
                <td>{row.heard}</td>
                <td>{row.silent}</td>
                <td>{row.unrecognized}</td>
                <td>
                  {row.dropped}
                  {row.reasons && <small>{row.reasons}</small>}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}
