/**
 * Indexes of the numbers that do not belong to a longest increasing subsequence: the fewest that must have been moved.
 * Patience sorting, O(n log n). The numbers are distinct.
 */
export function outsideLongestRun(numbers: readonly number[]): number[] {
  /** Index of the smallest number that ends a run of each length. */
  const ends: number[] = []
  const before: number[] = []
  for (const [at, n] of numbers.entries()) {
    const length = lengthBelow(numbers, ends, n)
    before.push(length === 0 ? -1 : ends[length - 1]!)
    ends[length] = at
  }
  const run = new Set<number>()
  for (let at = ends.at(-1) ?? -1; at >= 0; at = before[at]!) run.add(at)
  return numbers.flatMap((_, at) => (run.has(at) ? [] : [at]))
}

/** How many runs end below `n`. */
function lengthBelow(numbers: readonly number[], ends: readonly number[], n: number): number {
  let low = 0
  let high = ends.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (numbers[ends[middle]!]! < n) low = middle + 1
    else high = middle
  }
  return low
}
