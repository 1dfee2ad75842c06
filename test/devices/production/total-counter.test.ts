import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import {
  type Arriving,
  countAll,
  inOrder,
  NOW_MS,
  plain,
  run,
  type Said,
  type Step,
  steps,
} from './true-machine.js'

const RUNS = { seed: 1, numRuns: 1_500 }

function redelivered(arriving: readonly Arriving[]): Arriving[] {
  return arriving.map((one) => ({ ...one, isRedelivered: true }))
}

/** A stamped value; `second` tells its time. */
function at(second: number, value: number): Arriving {
  return {
    said: { ...run([{ makes: 0 }])[0]!, value, atMs: NOW_MS + second * 1_000 },
    isStamped: true,
    isRedelivered: false,
  }
}

describe('a total', () => {
  test('begins with the first value ever seen', () => {
    assert.equal(countAll(plain(500)).units, 0)
    assert.equal(countAll(plain(500, 500, 503)).units, 3)
  })

  test('that falls below half has been reset, and began at 0', () => {
    assert.deepEqual(countAll(plain(100, 104, 3, 5)), {
      units: 9,
      least: 0,
      resets: 1,
      wraps: 0,
      stepBacks: 0,
    })
    assert.equal(countAll(plain(10, 0, 1)).units, 1)
  })

  test('that falls from the upper quarter to the lower has wrapped, if it wraps there', () => {
    assert.deepEqual(countAll(plain(250, 254, 3), 256), {
      units: 9,
      least: 0,
      resets: 0,
      wraps: 1,
      stepBacks: 0,
    })
    assert.equal(countAll(plain(191, 3), 256).units, 3)
    assert.equal(countAll(plain(192, 3), 256).units, 67)
    assert.deepEqual(countAll(plain(250, 64), 256).resets, 1)
    assert.deepEqual(countAll(plain(250, 3)).resets, 1)
  })

  test('of a burst that is sent again without flag or stamp is counted once, and is one step back', () => {
    assert.deepEqual(countAll(plain(126, 127, 128, 129, 128, 129, 130)), {
      units: 4,
      least: 0,
      resets: 0,
      wraps: 0,
      stepBacks: 1,
    })
    assert.equal(countAll(plain(100, 120, 130, 100, 120, 130, 131)).stepBacks, 1)
    assert.equal(countAll(plain(100, 50, 101)).units, 1)
    assert.equal(countAll(plain(100, 49, 101)).units, 101)
  })

  test('that falls in a message with the DUP flag is not reset', () => {
    assert.equal(countAll([...plain(100, 110), ...redelivered(plain(1)), ...plain(111)]).units, 11)
  })

  test('of a redelivered message without a stamp adds nothing, and is made up for by the next', () => {
    assert.equal(countAll([...plain(100), ...redelivered(plain(104))]).units, 0)
    assert.equal(countAll([...plain(100), ...redelivered(plain(104)), ...plain(105)]).units, 5)
    assert.equal(countAll([...plain(100, 110, 3), ...redelivered(plain(110)), ...plain(4)]).units, 14)
  })

  test('of a redelivered message whose first copy never came counts by its stamp', () => {
    assert.equal(countAll([at(1, 100), ...redelivered([at(2, 104)])]).units, 4)
  })

  test('that falls in a message with an older stamp, or the same, is late', () => {
    assert.equal(countAll([at(1, 100), at(3, 110), at(2, 10), at(3, 10), at(4, 111)]).units, 11)
  })

  test('of an earlier run changes nothing, however high it is', () => {
    assert.equal(countAll([at(1, 100), at(3, 5), at(2, 140), at(1, 100), at(4, 7)]).units, 7)
    assert.equal(countAll([at(2, 5), at(1, 900), at(3, 6)]).units, 1)
  })

  test('of a clock that cannot be right is taken in the order of arrival', () => {
    const wild = (value: number, atMs: number): Arriving => ({
      ...at(0, value),
      said: { ...at(0, value).said, atMs },
    })
    const far = 4_000_000_000_000
    assert.equal(countAll([at(1, 100), wild(110, far), at(2, 111), at(3, 3)]).units, 14)
    assert.equal(countAll([at(1, 100), wild(110, 1_000), wild(3, 2_000), wild(4, 3_000)]).units, 14)
  })
})

const flags = fc.infiniteStream(fc.boolean())

/** Any order, any copies, any flags. */
function scattered(said: readonly Said[]): fc.Arbitrary<Arriving[]> {
  const copy = fc.record({
    said: fc.constantFrom(...said),
    isStamped: fc.constant(true),
    isRedelivered: fc.boolean(),
  })
  const whole = fc.shuffledSubarray(inOrder(said, true), { minLength: 0 })
  return fc.tuple(whole, fc.array(copy, { maxLength: 40 }), flags).map(([some, copies, heads]) => {
    const rest = [...copies]
    return [...some.flatMap((one) => (heads.next().value ? [one, ...rest.splice(0, 2)] : [one])), ...rest]
  })
}

/** Bursts sent again after some messages, as `isAllowed` says of the message it begins with. */
function withBursts(
  said: readonly Said[],
  isStamped: boolean,
  isRedelivered: boolean,
  isAllowed: (first: Said, last: Said, highest: number) => boolean,
): fc.Arbitrary<Arriving[]> {
  const lengths = fc.array(fc.integer({ min: 0, max: 6 }), { minLength: said.length, maxLength: said.length })
  return lengths.map((all) =>
    said.flatMap((last, i) => {
      const highest = Math.max(
        ...said
          .slice(0, i + 1)
          .filter((one) => one.run === last.run)
          .map((one) => one.value),
      )
      const burst = said.slice(Math.max(0, i + 1 - all[i]!), i + 1)
      const isSent = burst.length > 0 && burst.every((first) => isAllowed(first, last, highest))
      const again = isSent ? burst.map((one) => ({ said: one, isStamped, isRedelivered })) : []
      return [{ said: last, isStamped, isRedelivered: false }, ...again]
    }),
  )
}

function assertNotTooMuch(arriving: readonly Arriving[], wrapsAt: number): void {
  const made = arriving.map(({ said }) => said.made)
  const { units, least } = countAll(arriving, wrapsAt)
  assert.ok(least >= 0)
  assert.ok(
    units <= Math.max(...made) - Math.min(...made),
    `${units} of ${Math.max(...made) - Math.min(...made)}`,
  )
}

describe('never too much is counted', () => {
  for (const wrapsAt of [0, 256]) {
    test(`of stamped messages in any order, any number of times, wrapsAt ${wrapsAt}`, () => {
      const arriving = steps
        .map((all) => run([{ makes: 7 }, ...all], wrapsAt))
        .chain((said) => scattered(said))
        .filter(({ length }) => length > 0)
      fc.assert(
        fc.property(arriving, (all) => assertNotTooMuch(all, wrapsAt)),
        RUNS,
      )
    })

    test(`of messages without stamps and copies of any earlier ones with the DUP flag, wrapsAt ${wrapsAt}`, () => {
      const arriving = steps
        .map((all) => run([{ makes: 7 }, ...all], wrapsAt))
        .chain((said) => withBursts(said, false, true, () => true))
      fc.assert(
        fc.property(arriving, (all) => assertNotTooMuch(all, wrapsAt)),
        RUNS,
      )
    })

    test(`of bursts sent again without stamps and flags, down to half in the same run, wrapsAt ${wrapsAt}`, () => {
      const isNear = (first: Said, last: Said, highest: number) =>
        first.run === last.run && first.value * 2 >= highest
      const arriving = steps
        .map((all) => run([{ makes: 7 }, ...all], wrapsAt))
        .chain((said) => withBursts(said, false, false, isNear))
      fc.assert(
        fc.property(arriving, (all) => assertNotTooMuch(all, wrapsAt)),
        RUNS,
      )
    })
  }
})

/** Runs whose first value lies below half of the highest before it. */
const clearRuns: fc.Arbitrary<Said[]> = fc
  .array(fc.tuple(fc.nat(9), fc.array(fc.nat(9), { minLength: 1, maxLength: 12 })), {
    minLength: 1,
    maxLength: 6,
  })
  .map((all) => {
    const list: Step[] = []
    let highest = Number.POSITIVE_INFINITY
    for (const [first, rises] of all) {
      const begin = Math.min(first, Math.max(0, Math.ceil(highest / 2) - 1))
      if (list.length > 0) list.push('reset')
      list.push({ makes: begin }, { makes: 20 }, ...rises.map((makes) => ({ makes })))
      highest = begin + 20 + rises.reduce((sum, makes) => sum + makes, 0)
    }
    return run(list)
  })

/** The first of each run comes first; what follows comes in any order, and again. */
function shuffledWithinRuns(said: readonly Said[]): fc.Arbitrary<Arriving[]> {
  const runs = [...new Set(said.map((one) => one.run))].map((number) =>
    said.filter((one) => one.run === number),
  )
  const shuffled = runs.map(([first, ...rest]) =>
    fc
      .tuple(fc.shuffledSubarray(rest, { minLength: rest.length }), fc.subarray(rest))
      .map(([all, again]) => inOrder([first!, ...all, ...again], true)),
  )
  return fc.tuple(...shuffled).map((parts) => parts.flat())
}

function assertExact(said: readonly Said[], arriving: readonly Arriving[]): void {
  const tally = countAll(arriving)
  assert.equal(tally.units, said.at(-1)!.made - said[0]!.made)
  assert.equal(tally.resets, said.at(-1)!.run)
}

describe('exactly what was made is counted, when each run shows its highest value and the next begins below half of it', () => {
  test('of messages in order', () => {
    fc.assert(
      fc.property(clearRuns, fc.boolean(), (said, isStamped) => assertExact(said, inOrder(said, isStamped))),
      RUNS,
    )
  })

  test('of stamped messages in any order within their run, some of them twice', () => {
    const both = clearRuns.chain((said) => fc.tuple(fc.constant(said), shuffledWithinRuns(said)))
    fc.assert(
      fc.property(both, ([said, arriving]) => assertExact(said, arriving)),
      RUNS,
    )
  })

  test('of messages without stamps, with bursts sent again down to half in the same run', () => {
    const isNear = (first: Said, last: Said, highest: number) =>
      first.run === last.run && first.value * 2 >= highest
    const both = clearRuns.chain((said) =>
      fc.tuple(fc.constant(said), withBursts(said, false, false, isNear)),
    )
    fc.assert(
      fc.property(both, ([said, arriving]) => assertExact(said, arriving)),
      RUNS,
    )
  })

  test('of a counter that wraps, by steps of less than half of its range', () => {
    const small = fc.array(fc.nat(100), { minLength: 2, maxLength: 60 }).map((all) =>
      run(
        all.map((makes) => ({ makes: makes % 50 })),
        256,
      ),
    )
    fc.assert(
      fc.property(small, fc.boolean(), (said, isStamped) => {
        const tally = countAll(inOrder(said, isStamped), 256)
        assert.equal(tally.units, said.at(-1)!.made - said[0]!.made)
        assert.equal(tally.wraps, said.at(-1)!.run)
      }),
      RUNS,
    )
  })
})
