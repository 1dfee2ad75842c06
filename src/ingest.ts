/**
 * One message's journey, from the broker to the disk:
 *
 *     accept ─▶ identify   which device is this, by which route; nobody wants those that were rejected
 *            ─▶ decode     payload → points, or a dead letter
 *            ─▶ quality    keep, filter or dead-letter each point
 *            ─▶ append     line protocol and ledger changes join the open block of the spool
 *            ─▶ settle     the acknowledgement waits for the disk
 *
 * Everything here is synchronous and runs once per message; what can be known per topic is looked up once and kept in
 * a `Source`.
 */
import { ArrivalClock } from './core/clock.js'
import type { DeadLetterReason } from './core/dead-letter.js'
import { NO_DEVICE_SLOT } from './core/device.js'
import { causeOf } from './core/errors.js'
import { encodePoint } from './core/line-protocol.js'
import type { Logger } from './core/logger.js'
import type { Accept, InboundMessage, Settled } from './core/message.js'
import { PointBatch } from './core/point-batch.js'
import { Column, type Tally } from './core/tally.js'
import { DecodeError } from './decode/decoder.js'
import type { QualityStage } from './quality/quality.js'
import type { Source, Sources } from './sources.js'
import type { OpenBlock } from './spool/open-block.js'
import type { Spool } from './spool/spool.js'

/** Another client than before speaks for a device. */
export type SpeakerListener = (slot: number, clientId: string) => void

export class Ingest {
  readonly #sources: Sources
  readonly #quality: QualityStage
  readonly #spool: Spool
  readonly #onSpeaker: SpeakerListener
  readonly #open: OpenBlock
  readonly #tally: Tally
  readonly #clock = new ArrivalClock()
  readonly #logger: Logger
  readonly #batch = new PointBatch()

  constructor(
    sources: Sources,
    quality: QualityStage,
    spool: Spool,
    logger: Logger,
    onSpeaker: SpeakerListener = () => undefined,
  ) {
    this.#logger = logger
    this.#onSpeaker = onSpeaker
    this.#sources = sources
    this.#quality = quality
    this.#spool = spool
    this.#open = spool.open
    this.#tally = spool.open.tally
  }

  readonly accept: Accept = (message, clientId, settled) => {
    const source = this.#sources.identify(message.topic, clientId)
    if (source === undefined) this.#ignore()
    else if (source.isRejected) this.#refuse(source)
    else this.#take(source, message, clientId)
    this.#settle(message.qos, settled)
  }

  /** Ordinary MQTT traffic: no route matches its topic. */
  #ignore(): void {
    this.#tally.add(NO_DEVICE_SLOT, Column.received, 1)
    this.#tally.add(NO_DEVICE_SLOT, Column.ignored, 1)
  }

  #refuse({ device }: Source): void {
    this.#tally.add(device.slot, Column.received, 1)
    this.#tally.add(device.slot, Column.refused, 1)
  }

  #take(source: Source, message: InboundMessage, clientId: string): void {
    if (source.clientId !== clientId) {
      source.clientId = clientId
      this.#onSpeaker(source.device.slot, clientId)
    }
    this.#tally.add(source.device.slot, Column.received, 1)
    const failure = this.#decode(source, message.payload)
    if (failure === undefined) {
      this.#tally.add(source.device.slot, Column.decoded, 1)
      this.#append(source, message, clientId)
    } else {
      this.#tally.add(source.device.slot, Column.deadLettered, 1)
      this.#deadLetter(source, message, clientId, failure)
    }
  }

  #decode(source: Source, payload: Buffer): DecodeError | undefined {
    this.#batch.clear()
    try {
      source.decoder.decode(payload, source.memory, this.#batch)
      return undefined
    } catch (error) {
      return error instanceof DecodeError ? error : this.#decoderFailed(source, error)
    }
  }

  /** A defect of ours: the message is kept, and it must not stop those behind it. */
  #decoderFailed(source: Source, error: unknown): DecodeError {
    this.#logger.error(
      { device: source.device.path, error },
      'A decoder failed; the message became a dead letter.',
    )
    return new DecodeError('decoder_failed', causeOf(error))
  }

  #append(source: Source, message: InboundMessage, clientId: string): void {
    const batch = this.#batch
    let lines = ''
    let kept = 0
    for (let p = 0; p < batch.points; p++) {
      const judgement = this.#quality.judge(batch, p, source.device)
      if (judgement === 'keep') {
        lines += this.#keep(source, p, message.dup === true)
        kept++
      } else if (judgement === 'filter') this.#tally.add(source.device.slot, Column.pointsFiltered, 1)
      else this.#deadLetterPoint(source, message, clientId, p, judgement)
    }
    this.#tally.add(source.device.slot, Column.pointsDecoded, batch.points)
    this.#open.append(lines, kept)
  }

  /** The line of a point that goes to the sinks: it is news of its series, and of what the device makes. */
  #keep(source: Source, p: number, dup: boolean): string {
    const batch = this.#batch
    const timeNs = this.#timeOf(p)
    const series = source.series(batch.measurements[p]!, batch.tags[p]!)
    series.latest.note(batch, p, timeNs)
    source.production?.note(source.device.slot, batch, p, timeNs, dup)
    return encodePoint(batch, p, series.key, timeNs)
  }

  /** A point without a time of its own gets that of its arrival, which no other point has. */
  #timeOf(p: number): string {
    const timeNs = this.#batch.times[p]!
    return timeNs === '' ? this.#clock.nextNs() : timeNs
  }

  #deadLetter(source: Source, message: InboundMessage, clientId: string, failure: DecodeError): void {
    this.#spool.deadLetter({
      kind: 'message',
      timeMs: Date.now(),
      reason: { code: failure.code, message: failure.message },
      device: source.device.path,
      topic: message.topic,
      qos: message.qos,
      clientId,
      sink: '',
      // The broker reuses the memory that the payload is a part of.
      payload: Buffer.from(message.payload),
    })
  }

  #deadLetterPoint(
    source: Source,
    message: InboundMessage,
    clientId: string,
    p: number,
    reason: DeadLetterReason,
  ): void {
    this.#tally.add(source.device.slot, Column.pointsDeadLettered, 1)
    this.#spool.deadLetter({
      kind: 'line',
      timeMs: Date.now(),
      reason,
      device: source.device.path,
      topic: message.topic,
      qos: message.qos,
      clientId,
      sink: '',
      payload: Buffer.from(this.#lineOf(source, p).trimEnd()),
    })
  }

  #lineOf(source: Source, p: number): string {
    const { key } = source.series(this.#batch.measurements[p]!, this.#batch.tags[p]!)
    return encodePoint(this.#batch, p, key, this.#timeOf(p))
  }

  /** QoS 0 asks for no acknowledgement: it waits only when the gateway must slow its senders down. */
  #settle(qos: 0 | 1 | 2, settled: Settled): void {
    const holds = qos > 0 || this.#spool.underPressure
    if (holds) this.#open.wait(settled)
    this.#spool.touched()
    if (!holds) settled()
  }
}
