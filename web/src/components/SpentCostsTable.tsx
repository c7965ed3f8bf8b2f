import type { SpentCosts } from '../core/meetingParts';
import { CostTable } from './Costs';

/** What the meeting has cost, and by whom. */
export function SpentCostsTable({ costs }: { readonly costs: SpentCosts }) {
  return (
    <section className="costs" data-testid="costs">
      <h3>Costs</h3>
      <p>This meeting has cost {costs.total}.</p>
      <CostTable rows={costs.rows} />
    </section>
  );
}
