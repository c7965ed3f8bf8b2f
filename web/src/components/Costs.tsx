import {
  type CostReport,
  type CostRow,
  describeCap,
  describeLevel,
  describeProviders,
} from '../core/costs';

/** What this call has cost so far, and by whom. */
export function Costs({ report }: { readonly report: CostReport }) {
  const { call, call_cap, day, day_cap, currency } = report;
  const level = describeLevel(report.level);
  return (
    <section className="costs" data-testid="costs">
      <h3>Costs</h3>
      <p>
        This call: {describeCap(call, call_cap, currency)}. Today, all calls:{' '}
        {describeCap(day, day_cap, currency)}.
      </p>
      {level && <p className="level-note">{level}</p>}
      <CostTable rows={describeProviders(report)} />
    </section>
  );
}

/** Each model of each provider, with what it did and cost. */
export function CostTable({ rows }: { readonly rows: readonly CostRow[] }) {
  if (rows.length === 0) return null;
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">Who</th>
          <th scope="col">Usage</th>
          <th scope="col">Cost</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ key, name, usage, cost }) => (
          <tr key={key}>
            <th scope="row">{name}</th>
            <td>{usage}</td>
            <td>{cost}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
