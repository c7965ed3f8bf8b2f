/** Something of which newer versions come under the same id. */
export interface Versioned {
  readonly id: string;
  readonly version: number;
}

/**
 * Returns the items with this one taken in: newest first, the highest version per id, and only
 * so many. `timeOf` must tell what no later version changes: then nothing moves under the
 * reader, and whoever missed some versions has the same order as who saw them all.
 */
export function mergeVersion<Item extends Versioned>(
  items: readonly Item[],
  item: Item,
  timeOf: (item: Item) => number,
  kept: number,
): readonly Item[] {
  const index = items.findIndex((known) => known.id === item.id);
  const known = items[index];
  if (known && known.version >= item.version) return items;
  const others = known ? items.toSpliced(index, 1) : items;
  const isNewer = (other: Item) =>
    timeOf(item) === timeOf(other) ? item.id > other.id : timeOf(item) > timeOf(other);
  const older = others.findIndex(isNewer);
  return others.toSpliced(older === -1 ? others.length : older, 0, item).slice(0, kept);
}
