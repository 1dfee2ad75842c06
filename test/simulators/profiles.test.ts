import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { PROFILES } from '../../simulators/profiles/index.js'
import type { Machine, Profile, Readings } from '../../simulators/profiles/profile.js'
import { Random } from '../../simulators/signals/random.js'

const HOUR_S = 3600
const SEEDS = [1, 22, 333, 4444, 55_555]

/** The readings of some hours of one machine; nobody is there in the last 15 minutes of each hour. */
function* readingsOf(profile: Profile, seed: number, hours: number): Generator<Readings> {
  const machine = profile.createMachine(new Random(seed))
  const dtS = profile.intervalMs / 1000
  for (let timeS = 0; timeS < hours * HOUR_S; timeS += dtS) {
    machine.advance(dtS, timeS % HOUR_S < 0.75 * HOUR_S)
    yield machine.readings()
  }
}

function profileCalled(name: string): Profile {
  return PROFILES.find((profile) => profile.name === name)!
}

function correlation(pairs: readonly (readonly [number, number])[]): number {
  const mean = (at: 0 | 1): number => pairs.reduce((sum, pair) => sum + pair[at], 0) / pairs.length
  const [meanX, meanY] = [mean(0), mean(1)]
  const sums = pairs.reduce(
    ([xy, xx, yy], [x, y]) => {
      const [dx, dy] = [x - meanX, y - meanY]
      return [xy + dx * dy, xx + dx * dx, yy + dy * dy] as const
    },
    [0, 0, 0] as readonly [number, number, number],
  )
  return sums[0] / Math.sqrt(sums[1] * sums[2])
}

for (const profile of PROFILES) {
  // A 5G CPE makes no parts.
  const [made, lost] =
    'good_count' in profile.ranges
      ? (['good_count', 'bad_count'] as const)
      : (['packets_sent', 'packets_lost'] as const)

  describe(profile.name, () => {
    test('every number stays in its declared range over hours, and every number has one', () => {
      for (const seed of SEEDS) {
        for (const readings of readingsOf(profile, seed, 8)) {
          for (const [signal, value] of Object.entries(readings)) {
            if (typeof value === 'string') continue
            const range = profile.ranges[signal]
            assert.ok(range !== undefined, `${signal} has no range`)
            assert.ok(value >= range.min && value <= range.max, `${signal} is ${value} (seed ${seed})`)
          }
        }
      }
    })

    test('counters only grow, and grow', () => {
      for (const seed of SEEDS) {
        let last: readonly [number, number] = [0, 0]
        for (const readings of readingsOf(profile, seed, 4)) {
          const counts: typeof last = [Number(readings[made]), Number(readings[lost])]
          assert.ok(counts[0] >= last[0] && counts[1] >= last[1])
          last = counts
        }
        assert.ok(last[0] > 50, `${last[0]} ${made} (seed ${seed})`)
        assert.ok(last[1] < 0.2 * last[0], `${last[1]} ${lost} (seed ${seed})`)
      }
    })

    test('keys and their types never change', () => {
      const shapeOf = (readings: Readings): string =>
        JSON.stringify(Object.entries(readings).map(([key, value]) => [key, typeof value]))
      const shapes = new Set([...readingsOf(profile, 5, 2)].map(shapeOf))
      assert.equal(shapes.size, 1)
    })

    test('one seed and the same steps give the same readings, another seed others', () => {
      const sequence = (seed: number): string => JSON.stringify([...readingsOf(profile, seed, 0.5)])
      assert.equal(sequence(9), sequence(9))
      assert.notEqual(sequence(9), sequence(10))
    })

    test('steps of other lengths lead to a like number of parts', () => {
      const partsAfter = (machine: Machine, dtS: number): number => {
        for (let timeS = 0; timeS < 6 * HOUR_S; timeS += dtS) machine.advance(dtS, true)
        return Number(machine.readings()[made])
      }
      const [fine, coarse] = [0.5, 15].map((dtS) => partsAfter(profile.createMachine(new Random(3)), dtS))
      assert.ok(Math.abs(fine! - coarse!) < 0.15 * fine!, `${fine} and ${coarse}`)
    })
  })
}

test('a machining centre: power follows load, vibration follows wear, wear ends in a tool change', () => {
  const all = [...readingsOf(profileCalled('cnc'), 3, 10)] as Record<string, number>[]
  const cutting = all.filter((readings) => readings.spindle_rpm! > 2000)
  assert.ok(correlation(cutting.map((r) => [r.spindle_load_pct!, r.power_kw!])) > 0.9)
  const worn = cutting.filter((r) => r.tool_wear_pct! > 85)
  const fresh = cutting.filter((r) => r.tool_wear_pct! < 30)
  const meanVibration = (some: typeof all): number =>
    some.reduce((sum, r) => sum + r.vibration_mm_s!, 0) / some.length
  assert.ok(meanVibration(worn) > 1.15 * meanVibration(fresh))
  const changes = all.filter((r, at) => at > 0 && r.tool_wear_pct! < all[at - 1]!.tool_wear_pct! - 50)
  assert.ok(changes.length > 2, `${changes.length} tool changes`)
})

test('a moulding machine warms up before its first cycle, with falling speed', () => {
  const seed = SEEDS.find((candidate) => {
    return readingsOf(profileCalled('injection-moulding'), candidate, 1).next().value?.state === 'heating'
  })
  assert.ok(seed !== undefined)
  const all = [...readingsOf(profileCalled('injection-moulding'), seed, 0.7)] as Record<
    string,
    number | string
  >[]
  const heating = all.slice(
    0,
    all.findIndex(({ state }) => state === 'running'),
  )
  const temperatures = heating.map(({ zone4_c }) => Number(zone4_c))
  const half = temperatures.length >> 1
  const [first, middle, last] = [temperatures[0]!, temperatures[half]!, temperatures.at(-1)!]
  assert.ok(middle - first > last - middle && last > middle, `${first}, ${middle}, ${last}`)
  assert.ok(heating.every(({ good_count }) => good_count === 0))
  for (const readings of all.filter(({ state }) => state === 'running')) {
    assert.ok(Number(readings.zone1_c) >= 180 && Number(readings.zone4_c) <= 280)
  }
})

for (const seed of SEEDS) {
  test(`a terminal: quality falls and delay rises as the signal weakens (seed ${seed})`, () => {
    const all = [...readingsOf(profileCalled('cpe-5g'), seed, 20)] as Record<string, number>[]
    assert.ok(correlation(all.map((r) => [r.rsrp_dbm!, r.sinr_db!])) > 0.9)
    const byLevel = all.toSorted((a, b) => a.rsrp_dbm! - b.rsrp_dbm!)
    // Medians: the spikes of handovers are far larger than what the level does.
    const medianRtt = (some: typeof all): number =>
      some.map((r) => r.rtt_ms!).toSorted((a, b) => a - b)[some.length >> 1]!
    const quarter = byLevel.length >> 2
    assert.ok(medianRtt(byLevel.slice(0, quarter)) > medianRtt(byLevel.slice(-quarter)))
    const handovers = all.filter(({ state }) => String(state) === 'handover')
    assert.ok(medianRtt(handovers) > 3 * medianRtt(all))
    assert.ok(new Set(all.map((r) => r.nci)).size > 1, 'no handover in 20 hours')
  })
}

test('a crane feeds power back only when it lowers', () => {
  const all = [...readingsOf(profileCalled('port-crane'), 2, 3)]
  const feeding = all.filter(({ power_kw }) => power_kw < 0)
  assert.ok(feeding.length > 0)
  for (const { step } of feeding) assert.match(String(step), /lower|set-down|release|lock/)
})

test('machines that need people stand still while nobody is there', () => {
  for (const name of ['cnc', 'injection-moulding', 'smt-line', 'port-crane']) {
    const machine = profileCalled(name).createMachine(new Random(8))
    for (let timeS = 0; timeS < HOUR_S; timeS++) machine.advance(1, false)
    const before = machine.readings()
    for (let timeS = 0; timeS < HOUR_S; timeS++) machine.advance(1, false)
    assert.equal(before.state, 'idle', name)
    assert.equal(machine.readings().good_count, Number(before.good_count), name)
    for (let timeS = 0; timeS < HOUR_S; timeS++) machine.advance(1, true)
    assert.ok(Number(machine.readings().good_count) > Number(before.good_count), name)
  }
})
