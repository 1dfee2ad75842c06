import type { Block } from '../core/block.js'
import { type DeadLetter, NOT_COUNTED } from '../core/dead-letter.js'
import { type Device, LEVELS, NO_DEVICE_SLOT } from '../core/device.js'
import { escapeTagValue } from '../core/line-protocol.js'
import type { ReasonCode } from '../core/reasons.js'
import { TALLY_STRIDE } from '../core/tally.js'
import type { DeviceDirectory } from '../core/views.js'
import { pointsForSinks } from '../ledger/ledger.js'
import type { RejectedCount } from '../spool/rejections.js'
import type { BlockRun } from './batch-reader.js'
import { rawTags } from './lines.js'

export type RejectionCode = Extract<ReasonCode, 'sink_rejected' | 'spool_dropped' | 'block_damaged'>

/** The sink that a run was for. */
export interface RunSink {
  readonly name: string
  /** What the primary refuses is dead-lettered in the ledger. */
  readonly primary: boolean
}

const REJECTIONS: readonly RejectionCode[] = ['sink_rejected', 'spool_dropped', 'block_damaged']
const NO_PAYLOAD = Buffer.alloc(0)

/** What became of a run, so far: how much was stored, and which points of which device were not. */
export class Outcome {
  readonly letters: DeadLetter[] = []
  readonly #sink: RunSink
  readonly #devices: Pick<DeviceDirectory, 'get'>
  readonly #points: number
  /** Of a block: slot and reason → count. */
  readonly #rejected = new Map<number, Map<string, RejectedCount>>()
  #rejectedPoints = 0

  constructor(run: BlockRun, sink: RunSink, devices: Pick<DeviceDirectory, 'get'>) {
    this.#sink = sink
    this.#devices = devices
    this.#points = run.blocks.reduce((sum, { block }) => sum + block.points, 0)
  }

  /** Every point that was not rejected. */
  get storedPoints(): number {
    return this.#points - this.#rejectedPoints
  }

  get rejections(): RejectedCount[] {
    return [...this.#rejected.values()].flatMap((ofBlock) => [...ofBlock.values()])
  }

  /** One line, with the sink's own words. */
  rejectLine(block: Block, line: Buffer, message: string): void {
    const slot = this.#slotOf(block, line)
    this.#count(block.sequence, slot, 1, 'sink_rejected')
    this.#letter('sink_rejected', message, this.#devices.get(slot), Buffer.from(line))
  }

  /** A line that was given up; `dropped` tells of all of them. */
  dropLine(block: Block, line: Buffer): void {
    this.#count(block.sequence, this.#slotOf(block, line), 1, 'spool_dropped')
  }

  /** All points of a block; `dropped` or `damaged` tells of them. */
  dropBlock({ sequence, tallies }: Block, reason: RejectionCode): void {
    for (let at = 0; at < tallies.length; at += TALLY_STRIDE) {
      const points = pointsForSinks(tallies, at)
      if (points > 0) this.#count(sequence, tallies[at]!, points, reason)
    }
  }

  /** One letter for all that was dropped of a run. */
  dropped(points: number, { first, through }: BlockRun): void {
    const message = `The spool was full: ${points} points of blocks ${first} to ${through}, its oldest, were dropped.`
    this.#letter('spool_dropped', message, undefined, NO_PAYLOAD)
  }

  damaged({ sequence, points }: Block): void {
    const message = `Block ${sequence} of the spool is damaged; its ${points} points are lost.`
    this.#letter('block_damaged', message, undefined, NO_PAYLOAD)
  }

  #count(sequence: number, slot: number, count: number, reason: RejectionCode): void {
    const ofBlock = this.#rejected.get(sequence) ?? new Map<string, RejectedCount>()
    this.#rejected.set(sequence, ofBlock)
    const key = keyOf(slot, reason)
    const before = ofBlock.get(key)?.count ?? 0
    ofBlock.set(key, { sequence, slot, count: before + count, reason })
    this.#rejectedPoints += count
  }

  #countedOf(sequence: number, slot: number): number {
    const ofBlock = this.#rejected.get(sequence)
    return REJECTIONS.reduce((sum, reason) => sum + (ofBlock?.get(keyOf(slot, reason))?.count ?? 0), 0)
  }

  /** The device of the block whose tags the line has. */
  #slotOf({ sequence, tallies }: Block, line: Buffer): number {
    const tags = rawTags(line.toString())
    let otherwise = tallies[0]!
    for (let at = 0; at < tallies.length; at += TALLY_STRIDE) {
      const slot = tallies[at]!
      const device = this.#devices.get(slot)
      if (device !== undefined && isTaggedAs(device, tags)) return slot
      // A line with tags of its own making still counts for a device that has points in this block.
      if (this.#countedOf(sequence, slot) < pointsForSinks(tallies, at)) otherwise = slot
    }
    return otherwise
  }

  #letter(code: RejectionCode, message: string, device: Device | undefined, payload: Buffer): void {
    this.letters.push({
      kind: 'line',
      timeMs: Date.now(),
      reason: { code, message },
      slot: this.#sink.primary ? (device?.slot ?? NO_DEVICE_SLOT) : NOT_COUNTED,
      device: device?.path ?? '',
      topic: '',
      qos: 0,
      clientId: '',
      sink: this.#sink.name,
      payload,
    })
  }
}

function keyOf(slot: number, reason: RejectionCode): string {
  return `${slot} ${reason}`
}

function isTaggedAs(device: Device, tags: ReadonlyMap<string, string>): boolean {
  for (const level of LEVELS) {
    const expected = device[level] === '' ? '' : escapeTagValue(device[level])
    if ((tags.get(level) ?? '') !== expected) return false
  }
  return true
}
