import type { Counts, SinkStatus } from '../../src/core/counts.js'
import type { StoredDeadLetter } from '../../src/core/dead-letter.js'
import type { Device } from '../../src/core/device.js'
import type { ReasonCode } from '../../src/core/reasons.js'
import type {
  CountsByReason,
  DeadLetterQuery,
  DeadLetterScan,
  DeadLetterView,
  DeviceDirectory,
  LatestValue,
  LatestValues,
  SinkStatuses,
} from '../../src/core/views.js'
import type { NetworkingFigures, NetworkingView } from '../../src/devices/networking/figures.js'
import type { PresenceView } from '../../src/devices/presence/presence-view.js'
import type { ProductionFigures } from '../../src/devices/production/figures.js'
import type { ProductionView } from '../../src/devices/production/view.js'
import { type FollowedLedger, type LedgerFollower, STORED_COLUMN } from '../../src/ledger/ledger.js'
import { TreeOfList } from './device-tree.js'
import { NO_PRESENCE } from './no-presence.js'

/** The ledger's entries of one device, to be changed at will. */
export interface Row {
  messages: { -readonly [K in keyof Counts['messages']]: number }
  points: { -readonly [K in keyof Counts['points']]: number }
  lastReceivedMs: number
}

export class LedgerRows implements FollowedLedger {
  revision = 0
  follower: LedgerFollower | undefined
  /** By slot; slot 0 holds the messages of no device. */
  readonly rows: Row[] = [emptyRow()]
  /** Calls that added up rows. */
  reads = 0

  totals(): Counts {
    return this.#sum(this.rows)
  }

  counts(slot: number): Counts {
    return this.#sum([this.rows[slot]!])
  }

  sum(slots: Iterable<number>): Counts {
    return this.#sum([...slots].map((slot) => this.rows[slot]!))
  }

  reasons(): CountsByReason {
    return {}
  }

  lastReceivedMs(slot: number): number {
    return this.rows[slot]!.lastReceivedMs
  }

  value(slot: number, column: number): number {
    this.reads++
    const { messages, points } = this.rows[slot]!
    const { received, decoded, ignored, deadLettered, refused } = messages
    const tally = [received, decoded, ignored, deadLettered, refused]
    if (column === STORED_COLUMN) return points.stored
    return [...tally, points.decoded, points.filtered, points.deadLettered][column]!
  }

  follow(follower: LedgerFollower): void {
    this.follower = follower
  }

  #sum(rows: readonly Row[]): Counts {
    this.reads++
    const { messages, points } = emptyRow()
    for (const row of rows) {
      addTo(messages, row.messages)
      addTo(points, row.points)
    }
    return { messages, points }
  }
}

export class DeviceList implements DeviceDirectory {
  readonly list: Device[] = []

  get size(): number {
    return this.list.length
  }

  get(slot: number): Device | undefined {
    return this.list[slot - 1]
  }

  find(nameOrPath: string): readonly Device[] {
    const exact = this.list.filter(({ path }) => path === nameOrPath)
    return exact.length > 0 ? exact : this.list.filter(({ device }) => device === nameOrPath)
  }

  under(path: string): readonly Device[] {
    return this.list.filter((device) => path === '' || `${device.path}/`.startsWith(`${path}/`))
  }

  childrenOf(path: string): readonly string[] {
    const level = path === '' ? 0 : path.split('/').length
    const names = this.under(path).map((device) => device.path.split('/')[level])
    return [...new Set(names.filter((name) => name !== undefined))].sort()
  }
}

export class LetterList implements DeadLetterView {
  readonly letters: StoredDeadLetter[] = []
  revision = 0

  get lastId(): number {
    return this.letters.at(-1)?.id ?? 0
  }

  get count(): number {
    return this.letters.length
  }

  get bytes(): number {
    return this.letters.reduce((sum, { payload }) => sum + payload.length, 0)
  }

  add(letter: StoredDeadLetter): void {
    this.letters.push(letter)
    this.revision++
  }

  remove(id: number): void {
    const at = this.letters.findIndex((letter) => letter.id === id)
    if (at < 0) return
    this.letters.splice(at, 1)
    this.revision++
  }

  scan(query: DeadLetterQuery): DeadLetterScan {
    return { letters: this.list(query), next: undefined }
  }

  /** Newest first, whatever the query says. */
  list({ device, limit, isIn }: DeadLetterQuery): StoredDeadLetter[] {
    const matching = this.letters
      .filter((letter) => device === undefined || letter.device === device)
      .filter((letter) => isIn === undefined || isIn(letter))
    return matching.reverse().slice(0, limit)
  }

  get(id: number): StoredDeadLetter | undefined {
    return this.letters.find((letter) => letter.id === id)
  }
}

/** What the gateway's readers see, out of arrays that a test fills. */
export class ViewsInMemory {
  readonly ledger = new LedgerRows()
  readonly devices = new DeviceList()
  readonly tree = new TreeOfList(() => this.devices.list)
  /** By slot; what is not in it has `NO_FIGURES`. */
  readonly figures: NetworkingFigures[] = []
  readonly networking: NetworkingView & { revision: number } = {
    revision: 0,
    figures: (of) => (typeof of === 'number' ? this.figures[of] : undefined) ?? NO_FIGURES,
  }
  readonly deadLetters = new LetterList()
  readonly values: LatestValue[][] = [[]]
  sinkStatuses: SinkStatus[] = []
  readonly latest: LatestValues = { of: (slot) => this.values[slot] ?? [] }
  readonly sinks: SinkStatuses = { statuses: () => this.sinkStatuses }
  presence: PresenceView = NO_PRESENCE
  /** By slot: what devices made; what is not in it counts nothing. */
  readonly made: ProductionFigures[] = []
  readonly production: ProductionView & { revision: number } = {
    revision: 0,
    of: (slot) => this.made[slot],
    ofNode: () => NOTHING_MADE,
    shift: undefined,
    rows: () => undefined,
  }

  /** Adds a device and gives its slot. */
  addDevice(path: string): number {
    const slot = this.devices.list.length + 1
    const [site = '', area = '', line = '', device = ''] = path.split('/')
    this.devices.list.push({ slot, path, site, area, line, device })
    this.ledger.rows.push(emptyRow())
    this.values.push([])
    return slot
  }

  /** Counts messages that were decoded into one point each, stored at once. */
  receive(slot: number, count = 1, nowMs = Date.now()): void {
    const row = this.ledger.rows[slot]!
    row.messages.received += count
    row.messages.decoded += count
    row.points.decoded += count
    row.points.stored += count
    row.lastReceivedMs = nowMs
    this.ledger.revision++
    this.ledger.follower?.heard(slot)
  }

  /** Counts a message of the device that could not be decoded, and keeps its letter. */
  receiveUndecodable(slot: number, code: ReasonCode): void {
    const row = this.ledger.rows[slot]!
    row.messages.received++
    row.messages.deadLettered++
    row.lastReceivedMs = Date.now()
    this.ledger.follower?.heard(slot)
    const device = this.devices.get(slot)!.path
    this.deadLetters.add(letter(this.deadLetters.lastId + 1, device, code))
    this.ledger.revision++
  }

  /** Reports one value of the device, and counts the message that brought it. */
  report(slot: number, field: string, value: number | string | boolean): void {
    const point = { measurement: 'telemetry', field, value, time: new Date().toISOString() }
    this.values[slot] = [...this.values[slot]!.filter((known) => known.field !== field), point]
    this.receive(slot)
  }
}

export const NO_FIGURES: NetworkingFigures = {
  registered: 0,
  discovered: 0,
  connected: 0,
  fresh: 0,
  stale: 0,
  offline: 0,
  unknown: 0,
  networkingRate: null,
  sessionRate: null,
  deliveryRate: { minute: null, hour: null, shift: null },
}

export function sinkStatus(changes: Partial<SinkStatus> = {}): SinkStatus {
  return {
    name: 'local',
    type: 'duckdb',
    primary: true,
    state: 'ok',
    storedPoints: 0,
    deadLetteredPoints: 0,
    pendingPoints: 0,
    lagMs: 0,
    lastError: '',
    ...changes,
  }
}

function letter(id: number, device: string, code: ReasonCode): StoredDeadLetter {
  return {
    id,
    kind: 'message',
    timeMs: Date.now(),
    slot: 0,
    reason: { code, message: 'The payload is not JSON: unexpected "}" at 14' },
    device,
    topic: `factory/${device}/telemetry`,
    qos: 1,
    clientId: 'client',
    sink: '',
    payload: Buffer.from('{'),
  }
}

function addTo<T extends Record<keyof T, number>>(sum: T, row: T): void {
  for (const key of Object.keys(sum) as (keyof T)[]) sum[key] = (sum[key] + row[key]) as T[keyof T]
}

function emptyRow(): Row {
  return {
    messages: { received: 0, decoded: 0, ignored: 0, deadLettered: 0, refused: 0 },
    points: { decoded: 0, stored: 0, filtered: 0, deadLettered: 0, pending: 0 },
    lastReceivedMs: 0,
  }
}

const NO_PARTS = { good: 0, bad: 0, cycles: 0, resets: 0, wraps: 0, stepBacks: 0, ignored: 0 }

export const NOTHING_MADE: ProductionFigures = {
  shift: undefined,
  devices: 0,
  ...NO_PARTS,
  runningMs: 0,
  plannedBusyMs: 0,
  availability: null,
  effectiveness: null,
  qualityRatio: null,
  oee: null,
  ever: NO_PARTS,
}
