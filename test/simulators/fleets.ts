import { DueQueue } from '../../simulators/due-queue.js'
import { type Fleet, parseFleet } from '../../simulators/fleet.js'
import { type MessageKind, VirtualDevice } from '../../simulators/virtual-device.js'

/** One line of moulding machines, `imm-01`, …; `faults` are those of the fleet. */
export function mouldingFleet(count: number, faults: readonly object[] = [], interval = '100ms'): Fleet {
  const groups = [{ profile: 'injection-moulding', count, interval }]
  const lines = [{ name: 'line1', groups }]
  const sites = [{ name: 'ningbo', areas: [{ name: 'moulding', lines }] }]
  return parseFleet(JSON.stringify({ name: 'test', seed: 7, sites, faults }))
}

export interface Spoken {
  readonly device: string
  readonly topic: string
  readonly payload: string
  readonly kind: MessageKind
  readonly dueMs: number
}

/** All that the fleet says in a span of simulated time, in order, without a broker. */
export function listen(fleet: Fleet, forMs: number, startMs = 1_700_000_000_000, speed = 1): Spoken[] {
  const devices = fleet.devices.map((plan) => new VirtualDevice(plan, fleet, { startMs, speed }))
  const queue = new DueQueue(devices.length)
  const spoken: Spoken[] = []
  devices.forEach(({ firstDueMs }, item) => {
    queue.push(item, firstDueMs)
  })
  while (queue.nextDueMs < forMs) {
    const item = queue.pop()
    const dueMs = queue.dueOf(item)
    devices[item]!.speak(dueMs, ({ plan, topic }, payload, kind) => {
      spoken.push({ device: plan.name, topic, payload: String(payload), kind, dueMs })
    })
    queue.push(item, dueMs + devices[item]!.plan.intervalMs)
  }
  return spoken
}

export function parsed({ payload }: Pick<Spoken, 'payload'>): Record<string, number | string> {
  return JSON.parse(payload) as Record<string, number | string>
}
