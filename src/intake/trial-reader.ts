import { isUtf8 } from 'node:buffer'
import type { StoredDeadLetter } from '../core/dead-letter.js'
import type { Logger } from '../core/logger.js'
import type { TrialFailure, TrialMessage, TrialPoint, TrialResult } from '../core/trial.js'
import type { DecodeError } from '../decode/decoder.js'
import { formatPath, locate } from '../decode/documents/index.js'
import { arrivalOf, pointOfLetter } from './letter-point.js'
import { MessageReader } from './message-reader.js'
import type { Source, Sources } from './sources.js'
import { TrialOutcomes } from './trial-outcomes.js'
import { pointOfLine } from './trial-point.js'

/** Messages of a trial have times of arrival of their own. */
const NO_BLOCK = { number: 1 }

const NO_PLACE = { path: '', line: 0, column: 0 }
const NS_PER_MS = 1_000_000n

/** One trial: what a message or a line teaches holds for those behind it. */
export class TrialReader {
  readonly #sources: Sources
  readonly #reader: MessageReader
  readonly #outcomes = new TrialOutcomes()
  /** Nanoseconds given so far, by millisecond: no two points have the same time of arrival. */
  readonly #given = new Map<number, bigint>()

  constructor(sources: Sources, logger: Logger) {
    this.#sources = sources
    this.#reader = new MessageReader(sources, logger, NO_BLOCK)
  }

  message({ topic, payload, clientId, arrivalMs }: TrialMessage): TrialResult {
    const source = this.#sources.identify(topic, clientId)
    if (source === undefined) return { topic, route: '', decoder: '', points: [] }
    const head = { topic, route: source.route.topic, decoder: source.route.decoderName }
    if (source.own.isRejected) return { ...head, points: [], failure: rejected(source) }
    const failure = this.#reader.decode(source, payload)
    if (failure !== undefined) return { ...head, points: [], failure: placed(failure, payload) }
    this.#reader.judge(source, this.#outcomes, { ms: arrivalMs, nextNs: () => this.#nextNs(arrivalMs) })
    return { ...head, points: this.#outcomes.take() }
  }

  /** Or why nothing would become of it. */
  line(letter: StoredDeadLetter): TrialPoint | string {
    if (letter.payload.length === 0) return 'it tells of points that are lost, and holds none'
    if (letter.sink !== '') return storedAsItIs(letter)
    const target = pointOfLetter(letter, this.#sources, this.#reader.batch)
    if (typeof target === 'string') return target
    this.#reader.judgeFor(target, this.#outcomes, arrivalOf(letter))
    return this.#outcomes.take()[0]!
  }

  #nextNs(arrivalMs: number): string {
    const given = this.#given.get(arrivalMs) ?? 0n
    this.#given.set(arrivalMs, given + 1n)
    return String(BigInt(arrivalMs) * NS_PER_MS + given)
  }
}

/** Quality had let it pass, and it goes to the sinks again. */
function storedAsItIs({ device, payload }: StoredDeadLetter): TrialPoint {
  const point = pointOfLine(payload.toString())
  return { device, ...point, timeFrom: 'device', outcome: 'stored', reason: '', message: '', notes: [] }
}

function rejected({ device }: Source): TrialFailure {
  return { ...NO_PLACE, reason: 'device_rejected', message: `the device ${device.path} is rejected` }
}

function placed({ code, message, path, place }: DecodeError, payload: Buffer): TrialFailure {
  const at = path && { path: formatPath(path) }
  return {
    ...NO_PLACE,
    reason: code,
    message,
    ...at,
    ...(isUtf8(payload) ? placeIn(payload, path, place) : {}),
  }
}

/** Where in the payload; a place in a text that was compressed in it would mean nothing. */
function placeIn(
  payload: Buffer,
  path: DecodeError['path'],
  place: DecodeError['place'],
): DecodeError['place'] {
  return place ?? (path && locate(payload.toString(), path))
}
