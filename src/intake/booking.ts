import type { Filtered, Refused } from '../core/judgement.js'
import { encodePoint } from '../core/line-protocol.js'
import type { InboundMessage } from '../core/message.js'
import type { ReasonCode } from '../core/reasons.js'
import { Column, type Tally } from '../core/tally.js'
import type { OpenBlock } from '../spool/open-block.js'
import type { Spool } from '../spool/spool.js'
import type { Outcomes } from './outcomes.js'
import type { PointInHand } from './point-in-hand.js'
import type { Source } from './sources.js'
import type { Target } from './target.js'

/** Left out to save space, not because anything is wrong: the device has said it, and it is news of its series. */
const THINNED: ReadonlySet<ReasonCode> = new Set<ReasonCode>(['deadband', 'rate_limited'])

/** What the points of a message change: lines and counts join the open block, what is refused becomes a letter. */
export class Booking implements Outcomes {
  readonly #spool: Spool
  readonly #open: OpenBlock
  readonly #tally: Tally
  #message!: InboundMessage
  #clientId = ''
  #own!: Target
  #number = 0
  #lines = ''
  #kept = 0
  /** Points in a row for the same device, to be counted at once. */
  #runSlot = 0
  #run = 0

  constructor(spool: Spool) {
    this.#spool = spool
    this.#open = spool.open
    this.#tally = spool.open.tally
  }

  begin(source: Source, message: InboundMessage, clientId: string): void {
    this.#message = message
    this.#clientId = clientId
    this.#own = source.own
    this.#number++
    this.#runSlot = source.own.device.slot
  }

  end(): void {
    this.#countRun()
    this.#open.append(this.#lines, this.#kept)
    this.#lines = ''
    this.#kept = 0
  }

  kept(point: PointInHand): void {
    this.#count(point)
    const timeNs = point.timeNs()
    this.#tell(point, timeNs)
    this.#lines += encodePoint(point.batch, point.p, point.chosen.key, timeNs)
    this.#kept++
  }

  filtered(point: PointInHand, { reason }: Filtered): void {
    this.#count(point)
    const { slot } = point.device
    this.#tally.add(slot, Column.pointsFiltered, 1)
    this.#tally.addReason(slot, reason, 1)
    if (THINNED.has(reason)) this.#tell(point, point.timeNs())
  }

  refused(point: PointInHand, { reason, message }: Refused): void {
    this.#count(point)
    const { slot, path } = point.device
    this.#tally.add(slot, Column.pointsDeadLettered, 1)
    this.#tally.addReason(slot, reason, 1)
    this.#spool.deadLetter({
      kind: 'line',
      timeMs: point.arrivalMs,
      reason: { code: reason, message },
      slot,
      device: path,
      topic: this.#message.topic,
      qos: this.#message.qos,
      clientId: this.#clientId,
      sink: '',
      ...unitsOf(point),
      payload: Buffer.from(point.line().trimEnd()),
    })
  }

  noted(point: PointInHand, reason: ReasonCode): void {
    this.#tally.addReason(point.device.slot, reason, 1)
  }

  released(point: PointInHand, line: string, reason: ReasonCode): void {
    this.#lines += line
    this.#kept++
    this.#tally.add(point.device.slot, Column.pointsFiltered, -1)
    this.#tally.addReason(point.device.slot, reason, -1)
  }

  /** It is news of its series, and of what the device makes. */
  #tell({ batch, p, target, chosen, isReplay }: PointInHand, timeNs: string): void {
    if (!batch.historical[p]) chosen.latest.note(batch, p, timeNs)
    // What was made meanwhile is counted: an old reading would look like a counter that was set back.
    if (isReplay) return
    target.production?.note(target.device.slot, batch, p, timeNs, this.#message.dup === true)
  }

  #count({ target, isReplay }: PointInHand): void {
    const { slot } = target.device
    if (slot !== this.#runSlot) {
      this.#countRun()
      this.#runSlot = slot
    }
    this.#run++
    // What is replayed is no sign of life of the device.
    if (target === this.#own || isReplay || target.carriedBy === this.#number) return
    target.carriedBy = this.#number
    this.#tally.add(slot, Column.carried, 1)
  }

  #countRun(): void {
    if (this.#run > 0) this.#tally.add(this.#runSlot, Column.pointsDecoded, this.#run)
    this.#run = 0
  }
}

/** Line protocol has no place for them, and the point cannot be converted without them when it is replayed. */
function unitsOf({ batch, p }: PointInHand): { units?: Record<string, string> } {
  if (!batch.hasUnits) return {}
  const units: Record<string, string> = {}
  for (let f = batch.firstField[p]!; f < batch.firstField[p + 1]!; f++) {
    if (batch.units[f] !== '') units[batch.names[f]!] = batch.units[f]!
  }
  return { units }
}
