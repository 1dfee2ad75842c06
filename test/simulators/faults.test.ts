import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { CutSchedule } from '../../simulators/cut-schedule.js'
import { FaultWindow } from '../../simulators/faults/fault-window.js'
import { loadFleet } from '../../simulators/fleet.js'
import { VirtualDevice } from '../../simulators/virtual-device.js'
import { packageRoot } from '../support/package-root.js'
import { listen, mouldingFleet, parsed, type Spoken } from './fleets.js'

const MINUTE_MS = 60_000

/** Whether a message falls into the window of 10 s to 20 s that the faults of these tests have. */
function inWindow({ dueMs }: Spoken): boolean {
  return dueMs >= 10_000 && dueMs < 20_000
}

function withFault(fault: object, devices = 1): Spoken[] {
  return listen(mouldingFleet(devices, [{ at: '10s', duration: '10s', ...fault }]), MINUTE_MS)
}

const undisturbed = listen(mouldingFleet(1), MINUTE_MS)

test('two runs of one fleet say the same, byte for byte, with all its faults', async () => {
  const fleet = await loadFleet(join(packageRoot(), 'config', 'fleets', 'demo.yaml'))
  const first = listen(fleet, 6 * MINUTE_MS)
  assert.ok(first.length > 20_000 * 0.5, String(first.length))
  assert.deepEqual(listen(fleet, 6 * MINUTE_MS), first)
  assert.notDeepEqual(listen({ ...fleet, seed: 2 }, MINUTE_MS), listen(fleet, MINUTE_MS))
})

test('at ten times the speed the payloads are the same but for their times, which pass ten times slower', () => {
  const withoutTime = (spoken: readonly Spoken[]): object[] =>
    spoken.map((message) => ({ ...parsed(message), ts: 0 }))
  const fast = listen(mouldingFleet(1), MINUTE_MS, 1_000, 10)
  assert.deepEqual(withoutTime(fast), withoutTime(undisturbed))
  assert.ok(Number(parsed(fast.at(-1)!).ts) <= 1_000 + MINUTE_MS / 10)
})

test('the times of a device ascend strictly at any speed', () => {
  const times = listen(mouldingFleet(1), MINUTE_MS, 0, 1_000).map((message) => Number(parsed(message).ts))
  assert.ok(times.every((time, at) => at === 0 || time > times[at - 1]!))
})

test('a device is not changed by the faults of others, nor by the size of the fleet', () => {
  const others = withFault({ kind: 'malformed', devices: ['imm-02'] }, 3)
  assert.deepEqual(
    others.filter(({ device }) => device === 'imm-01'),
    undisturbed,
  )
})

test('a drop-out is silence in its window and the machine goes on unseen', () => {
  const spoken = withFault({ kind: 'dropOut' })
  assert.deepEqual(
    spoken,
    undisturbed.filter((message) => !inWindow(message)),
  )
})

test('duplicates repeat a message at once, unchanged', () => {
  const spoken = withFault({ kind: 'duplicates', probability: 0.3 })
  const repeats = spoken.filter(({ kind }) => kind.isDuplicate)
  assert.ok(repeats.length > 10 && repeats.length < 60, String(repeats.length))
  assert.ok(repeats.every(inWindow))
  spoken.forEach(({ kind, payload }, at) => {
    if (kind.isDuplicate) assert.equal(payload, spoken[at - 1]!.payload)
  })
  assert.deepEqual(
    spoken.filter(({ kind }) => !kind.isDuplicate),
    undisturbed,
  )
})

test('messages out of order change places, and none is lost', () => {
  const spoken = withFault({ kind: 'outOfOrder', probability: 0.3 })
  const payloads = spoken.map(({ payload }) => payload)
  assert.notDeepEqual(
    payloads,
    undisturbed.map(({ payload }) => payload),
  )
  assert.deepEqual(payloads.toSorted(), undisturbed.map(({ payload }) => payload).toSorted())
  const times = spoken.map((message) => Number(parsed(message).ts))
  const backward = spoken.filter((_, at) => at > 0 && times[at]! < times[at - 1]!)
  assert.ok(backward.length > 10)
  assert.ok(backward.every(({ dueMs }) => dueMs >= 10_000 && dueMs <= 20_200))
})

test('a malformed payload is never JSON, comes in several kinds, and only in its window', () => {
  const spoken = withFault({ kind: 'malformed', probability: 0.5 })
  const broken = spoken.filter(({ kind }) => kind.isMalformed)
  assert.ok(broken.length > 25 && broken.length < 75, String(broken.length))
  assert.ok(broken.every(inWindow))
  for (const { payload } of broken) assert.throws(() => JSON.parse(payload))
  for (const message of spoken.filter(({ kind }) => !kind.isMalformed)) parsed(message)
  const kinds = [/^\{.*[^}]$|^\{$/, /nan\}$/, /^\ufffd/, /^ERR/]
  for (const kind of kinds)
    assert.ok(
      broken.some(({ payload }) => kind.test(payload)),
      String(kind),
    )
})

test('a clock that jumps moves the times of its window and nothing else', () => {
  const spoken = withFault({ kind: 'clockJump', jump: '-1h' })
  assert.equal(spoken.length, undisturbed.length)
  spoken.forEach((message, at) => {
    const expected = parsed(undisturbed[at]!)
    const shift = inWindow(message) ? -3_600_000 : 0
    assert.deepEqual(parsed(message), { ...expected, ts: Number(expected.ts) + shift })
  })
})

test('a stuck sensor repeats its reading while the others go on', () => {
  const spoken = withFault({ kind: 'stuckSensor', signal: 'injection_pressure_bar' })
  const stuck = spoken.filter(inWindow).map((message) => parsed(message))
  assert.equal(new Set(stuck.map((readings) => readings.injection_pressure_bar)).size, 1)
  assert.ok(new Set(stuck.map(({ power_kw }) => power_kw)).size > 1)
  assert.deepEqual(
    spoken.filter((message) => !inWindow(message)),
    undisturbed.filter((message) => !inWindow(message)),
  )
})

test('a fault with every comes back, and its probability chooses other devices each time', () => {
  const fault = { kind: 'dropOut', at: '10s', duration: '5s', every: '20s', probability: 0.5 }
  const spoken = listen(mouldingFleet(20, [fault]), 3 * MINUTE_MS)
  const silentIn = (fromMs: number): string[] => {
    const heard = spoken.filter(({ dueMs }) => dueMs >= fromMs && dueMs < fromMs + 5_000)
    const names = new Set(heard.map(({ device }) => device))
    return [...new Set(spoken.map(({ device }) => device))].filter((name) => !names.has(name)).toSorted()
  }
  const occurrences = [10_000, 30_000, 50_000].map(silentIn)
  for (const names of occurrences) assert.ok(names.length > 2 && names.length < 18, String(names))
  assert.notDeepEqual(occurrences[0], occurrences[1])
  assert.deepEqual(silentIn(16_000), [])
})

test('patterns choose devices by name or by path', () => {
  const struck = (devices: readonly string[]): string[] => {
    const fleet = mouldingFleet(12, [{ kind: 'reconnectStorm', at: '1s', duration: '1s', devices }])
    const timing = { startMs: 0, speed: 1 }
    const all = fleet.devices.map((plan) => new VirtualDevice(plan, fleet, timing))
    return all.filter(({ cuts }) => cuts.length > 0).map(({ plan }) => plan.name)
  }
  assert.deepEqual(struck(['imm-1*']), ['imm-10', 'imm-11', 'imm-12'])
  assert.deepEqual(struck(['*/line1/imm-02', 'imm-05']), ['imm-02', 'imm-05'])
})

test('the cuts of a reconnect storm are spread over its duration, each time it comes', () => {
  const storm = { kind: 'reconnectStorm', at: '10s', duration: '6s', every: '1m', cuts: 3 }
  const schedule = new CutSchedule(new FaultWindow(mouldingFleet(1, [storm]).devices[0]!.faults[0]!, 1))
  const times = Array.from({ length: 5 }, () => {
    const { dueMs } = schedule
    schedule.take()
    return dueMs
  })
  assert.deepEqual(times, [10_000, 12_000, 14_000, 70_000, 72_000])
})
