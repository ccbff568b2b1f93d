/** How many letters must be added, removed, changed or swapped with their neighbour to turn one word into the other. */
export function editDistance(left: string, right: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: right.length + 1 }, (_, column) => column);
  for (let row = 1; row <= left.length; row++) {
    const current = [row];
    for (let column = 1; column <= right.length; column++) {
      const isSame = left[row - 1] === right[column - 1];
      const isSwap = left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1];
      current.push(
        Math.min(
          at(last, column) + 1,
          at(current, column - 1) + 1,
          at(last, column - 1) + (isSame ? 0 : 1),
          isSwap ? at(beforeLast, column - 2) + 1 : Number.POSITIVE_INFINITY,
        ),
      );
    }
    beforeLast = last;
    last = current;
  }
  return at(last, right.length);
}

/** The names most like `wanted`, best first: those that contain it, then those a few letters away. */
export function nearestNames(wanted: string, names: Iterable<string>, count: number): readonly string[] {
  const needle = wanted.toLowerCase();
  const scored = Array.from(names, (name) => ({ name, score: unlikeness(needle, name.toLowerCase()) }));
  return scored
    .filter((entry) => entry.score <= Math.max(3, needle.length * 0.6))
    .toSorted((left, right) => left.score - right.score || (left.name < right.name ? -1 : 1))
    .slice(0, count)
    .map((entry) => entry.name);
}

function unlikeness(needle: string, name: string): number {
  const distance = editDistance(needle, name);
  if (needle.length < 3) return distance;
  return name.includes(needle) || needle.includes(name) ? Math.min(distance, 1 + distance / 100) : distance;
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Number.POSITIVE_INFINITY;
}
