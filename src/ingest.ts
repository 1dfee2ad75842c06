/**
 * One message's journey, from the broker to the disk:
 *
 *     accept ─▶ identify   which device is this, by which route; nobody wants those that were rejected
 *            ─▶ decode     payload → points, or a dead letter
 *            ─▶ judge      quality keeps, changes, filters or dead-letters each point
 *            ─▶ append     line protocol and ledger changes join the open block of the spool
 *            ─▶ settle     the acknowledgement waits for the disk
 *
 * Everything here is synchronous and runs once per message; what can be known per topic is looked up once and kept in
 * a `Source`. What the stages are made of is in intake/. A dead letter that is readmitted goes the same way.
 */
import type { ClientAccess } from './core/client-access.js'
import { NOT_COUNTED, type StoredDeadLetter } from './core/dead-letter.js'
import { NO_DEVICE_SLOT } from './core/device.js'
import type { Logger } from './core/logger.js'
import type { Accept, InboundMessage, Settled } from './core/message.js'
import type { ReasonCode } from './core/reasons.js'
import type { ReadmitOutcome } from './core/replay.js'
import { Column, type Tally } from './core/tally.js'
import type { DecodeError } from './decode/decoder.js'
import { Booking } from './intake/booking.js'
import { arrivalOf, pointOfLetter } from './intake/letter-point.js'
import { MessageReader } from './intake/message-reader.js'
import { Readmission } from './intake/readmission.js'
import type { RecentMessages } from './intake/recent-messages.js'
import type { Source, Sources } from './intake/sources.js'
import type { Speakers } from './intake/speakers.js'
import type { OpenBlock } from './spool/open-block.js'
import type { Spool } from './spool/spool.js'

/** Another client than before speaks for a device. */
export type SpeakerListener = (slot: number, clientId: string) => void

export interface IngestParts {
  readonly sources: Sources
  readonly spool: Spool
  readonly logger: Logger
  /** Without them, every client may speak for every device. */
  readonly speakers?: Speakers
  readonly onSpeaker?: SpeakerListener
  /** Keeps samples of what comes in, to try another configuration with. */
  readonly recent?: RecentMessages
}

const DECODED: ReadmitOutcome = { kind: 'decoded' }

export class Ingest {
  readonly #sources: Sources
  readonly #spool: Spool
  readonly #open: OpenBlock
  readonly #tally: Tally
  readonly #speakers: Speakers | undefined
  readonly #onSpeaker: SpeakerListener
  readonly #recent: RecentMessages | undefined
  readonly #reader: MessageReader
  readonly #booking: Booking
  #isReadmitting = false

  constructor({ sources, spool, logger, speakers, onSpeaker = () => undefined, recent }: IngestParts) {
    this.#sources = sources
    this.#spool = spool
    this.#open = spool.open
    this.#tally = spool.open.tally
    this.#speakers = speakers
    this.#onSpeaker = onSpeaker
    this.#recent = recent
    this.#reader = new MessageReader(sources, logger, spool.open, speakers)
    this.#booking = new Booking(spool)
  }

  /** What is being decoded came in earlier. */
  get isReadmitting(): boolean {
    return this.#isReadmitting
  }

  readonly accept: Accept = (message, clientId, settled) => {
    const source = this.#sources.identify(message.topic, clientId)
    if (source === undefined) this.#ignore()
    else if (source.own.isRejected) this.#refuse(source.device.slot)
    else this.#take(source, message, clientId)
    this.#settle(message.qos, settled)
  }

  /** Counts a message that its client may not publish, as one of the device that the client is. */
  refuse(message: InboundMessage, access: ClientAccess, settled: Settled): void {
    this.#refuse(this.#speakers?.slotOf(access) ?? NO_DEVICE_SLOT, 'publish_refused')
    this.#settle(message.qos, settled)
  }

  /**
   * A dead letter takes its way again, through the configuration as it is now, at the time of its first arrival. It is
   * removed, or kept with its new reason, with the block that holds what became of it.
   */
  readmit(letter: StoredDeadLetter): ReadmitOutcome {
    const outcome = this.#readmitted(letter)
    if (outcome.kind === 'unroutable') return outcome
    const { deadLetters } = this.#spool
    if (outcome.kind === 'decoded') this.#spool.alongside(() => deadLetters.remove(letter.id))
    else this.#spool.alongside(() => deadLetters.rewrite(letter.id, outcome.reason))
    return outcome
  }

  /** Ordinary MQTT traffic: no route matches its topic. */
  #ignore(): void {
    this.#tally.add(NO_DEVICE_SLOT, Column.received, 1)
    this.#tally.add(NO_DEVICE_SLOT, Column.ignored, 1)
  }

  #refuse(slot: number, reason?: ReasonCode): void {
    this.#tally.add(slot, Column.received, 1)
    this.#tally.add(slot, Column.refused, 1)
    if (reason !== undefined) this.#tally.addReason(slot, reason, 1)
  }

  #take(source: Source, message: InboundMessage, clientId: string): void {
    const { slot } = source.device
    if (this.#isSpeakerRefused(source, clientId)) {
      this.#refuse(slot, 'speaker_refused')
      return
    }
    this.#recent?.offer(source, message, clientId)
    this.#tally.add(slot, Column.received, 1)
    const failure = this.#reader.decode(source, message.payload)
    if (failure === undefined) {
      this.#tally.add(slot, Column.decoded, 1)
      this.#append(source, message, clientId)
    } else {
      this.#tally.add(slot, Column.deadLettered, 1)
      this.#tally.addReason(slot, failure.code, 1)
      this.#deadLetter(source, message, clientId, failure)
    }
  }

  /** Turns to the client that speaks, and says whether it may not, for the device of the messages. */
  #isSpeakerRefused(source: Source, clientId: string): boolean {
    const speakers = this.#speakers
    const isOther = source.clientId !== clientId || source.isSpeakerRefused
    if (isOther || (speakers !== undefined && source.speakerEpoch !== speakers.epoch)) {
      source.clientId = clientId
      if (speakers !== undefined) turnTo(source, speakers)
      if (isOther && !source.isSpeakerRefused) this.#onSpeaker(source.device.slot, clientId)
    }
    if (source.isSpeakerRefused) speakers?.refused(source.speaker!, clientId, source.device.path)
    return source.isSpeakerRefused
  }

  #append(source: Source, message: InboundMessage, clientId: string, letter?: StoredDeadLetter): void {
    this.#booking.begin(source, message, clientId)
    this.#reader.judge(source, this.#booking, letter && arrivalOf(letter))
    this.#booking.end()
  }

  #deadLetter(source: Source, message: InboundMessage, clientId: string, failure: DecodeError): void {
    this.#spool.deadLetter({
      kind: 'message',
      timeMs: Date.now(),
      reason: { code: failure.code, message: failure.message },
      slot: source.device.slot,
      device: source.device.path,
      topic: message.topic,
      qos: message.qos,
      clientId,
      sink: '',
      // The broker reuses the memory that the payload is a part of.
      payload: Buffer.from(message.payload),
    })
  }

  #readmitted(letter: StoredDeadLetter): ReadmitOutcome {
    this.#isReadmitting = true
    try {
      return letter.kind === 'message' ? this.#readmitMessage(letter) : this.#readmitPoint(letter)
    } finally {
      this.#isReadmitting = false
    }
  }

  #readmitMessage(letter: StoredDeadLetter): ReadmitOutcome {
    const { topic, payload, qos, clientId, slot } = letter
    const source = this.#sources.identify(topic, clientId)
    if (source === undefined) return unroutable(`no route matches the topic ${topic}`)
    if (source.own.isRejected) return unroutable(`the device ${source.device.path} is rejected`)
    const failure = this.#reader.decode(source, payload)
    if (failure !== undefined) return this.#refusedAgain(letter, failure)
    this.#tally.add(slot, Column.deadLettered, -1)
    this.#tally.addReason(slot, letter.reason.code, -1)
    this.#tally.add(slot, Column.decoded, 1)
    this.#append(source, { topic, payload, qos, retain: false }, clientId, letter)
    return DECODED
  }

  #readmitPoint(letter: StoredDeadLetter): ReadmitOutcome {
    if (letter.payload.length === 0) return unroutable('it tells of points that are lost, and holds none')
    if (letter.sink !== '') return this.#readmitLine(letter)
    const target = pointOfLetter(letter, this.#sources, this.#reader.batch)
    if (typeof target === 'string') return unroutable(target)
    const readmission = new Readmission(this.#spool, letter)
    this.#reader.judgeFor(target, readmission, arrivalOf(letter))
    return readmission.refusal === undefined ? DECODED : this.#refusedAgain(letter, readmission.refusal)
  }

  /** A sink refused it: quality had let it pass, and it goes to the sinks as it is. */
  #readmitLine({ slot, reason, payload }: StoredDeadLetter): ReadmitOutcome {
    this.#open.append(`${payload.toString()}\n`, 1)
    if (slot !== NOT_COUNTED) {
      this.#tally.add(slot, Column.pointsDeadLettered, -1)
      this.#tally.addReason(slot, reason.code, -1)
    }
    return DECODED
  }

  #refusedAgain(letter: StoredDeadLetter, refusal: { code: ReasonCode; message: string }): ReadmitOutcome {
    this.#tally.addReason(letter.slot, letter.reason.code, -1)
    this.#tally.addReason(letter.slot, refusal.code, 1)
    return { kind: 'refused', reason: { code: refusal.code, message: refusal.message } }
  }

  /** QoS 0 asks for no acknowledgement: it waits only when the gateway must slow its senders down. */
  #settle(qos: 0 | 1 | 2, settled: Settled): void {
    const holds = qos > 0 || this.#spool.underPressure
    if (holds) this.#open.wait(settled)
    this.#spool.touched()
    if (!holds) settled()
  }
}

function turnTo(source: Source, speakers: Speakers): void {
  const speaker = speakers.of(source.clientId)
  source.speakerEpoch = speakers.epoch
  source.speaker = speaker
  source.isSpeakerRefused = speaker !== undefined && !speakers.maySpeakFor(speaker, source.device)
}

function unroutable(cause: string): ReadmitOutcome {
  return { kind: 'unroutable', cause }
}
