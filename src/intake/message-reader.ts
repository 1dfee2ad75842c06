import type { ClientAccess } from '../core/client-access.js'
import type { TopicLevels } from '../core/device.js'
import { causeOf } from '../core/errors.js'
import { filtered, type Judgement, refused } from '../core/judgement.js'
import type { Logger } from '../core/logger.js'
import { PointBatch } from '../core/point-batch.js'
import { DecodeError } from '../decode/decoder.js'
import { pathOf } from '../devices/device-path.js'
import type { Numbered } from './block-clock.js'
import type { Outcomes } from './outcomes.js'
import { type Arrival, PointInHand } from './point-in-hand.js'
import type { Source, Sources } from './sources.js'
import type { Speakers } from './speakers.js'
import type { Target } from './target.js'

const REJECTED = filtered('device_rejected')

/** Payload → points → what becomes of each. The same for messages that are counted and for those that are only tried. */
export class MessageReader {
  readonly batch = new PointBatch()
  readonly #point: PointInHand
  readonly #sources: Sources
  readonly #speakers: Speakers | undefined
  readonly #logger: Logger

  /**
   * @param open the block that messages join
   * @param speakers without them, every client may speak for every device
   */
  constructor(sources: Sources, logger: Logger, open: Numbered, speakers?: Speakers) {
    this.#point = new PointInHand(this.batch, open)
    this.#sources = sources
    this.#speakers = speakers
    this.#logger = logger
  }

  /** Fills the batch, or says why the message has no points. */
  decode(source: Source, payload: Buffer): DecodeError | undefined {
    this.batch.clear()
    try {
      source.decoder.decode(payload, source.memory, this.batch)
      return undefined
    } catch (error) {
      return error instanceof DecodeError ? error : this.#decoderFailed(source, error)
    }
  }

  /** Takes the points of the batch, in order, through quality. */
  judge(source: Source, outcomes: Outcomes, arrival?: Arrival): void {
    const { batch } = this
    this.#point.begin(outcomes, arrival)
    // What is replayed was let in by a person.
    const speaker = arrival === undefined ? source.speaker : undefined
    for (let p = 0; p < batch.points; p++) {
      const address = batch.devices[p]
      if (address === undefined) this.#judgePoint(p, source.own, outcomes)
      else if (speaker !== undefined && !this.#maySpeakAt(source, speaker, address))
        this.#refuseForeign(p, source, speaker, address, outcomes)
      else this.#judgePoint(p, this.#sources.at(source, address), outcomes)
    }
  }

  #maySpeakAt(source: Source, speaker: ClientAccess, address: TopicLevels): boolean {
    return this.#speakers === undefined || this.#speakers.maySpeakAt(speaker, source.placeOf(address))
  }

  /** The point becomes a dead letter of the device that the message is of; the one that it names learns nothing of it. */
  #refuseForeign(
    p: number,
    source: Source,
    speaker: ClientAccess,
    address: TopicLevels,
    outcomes: Outcomes,
  ): void {
    const path = pathOf(source.placeOf(address))
    this.#point.turnTo(p, source.own)
    const cause = `The payload names ${path}, and ${speaker.principal} may not speak for it.`
    outcomes.refused(this.#point, refused('speaker_refused', cause))
    this.#speakers?.refused(speaker, source.clientId, path)
  }

  /** The only point of the batch. */
  judgeFor(target: Target, outcomes: Outcomes, arrival: Arrival): void {
    this.#point.begin(outcomes, arrival)
    this.#judgePoint(0, target, outcomes)
  }

  #judgePoint(p: number, target: Target, outcomes: Outcomes): void {
    const point = this.#point
    point.turnTo(p, target)
    const judgement = target.isRejected ? REJECTED : this.#judgementOf(p, target)
    if (judgement === 'keep') outcomes.kept(point)
    else if (judgement.kind === 'filter') outcomes.filtered(point, judgement)
    else {
      this.batch.restore(p)
      outcomes.refused(point, judgement)
    }
  }

  #judgementOf(p: number, target: Target): Judgement {
    const decided = this.batch.judgements[p]!
    if (decided !== 'keep') return decided
    try {
      return target.quality.judge(this.batch, p, this.#point)
    } catch (error) {
      // A defect of ours: the point is kept as a dead letter, and must not stop those behind it.
      this.#logger.error(
        { device: target.device.path, error },
        'Quality failed; the point became a dead letter.',
      )
      return refused('decoder_failed', causeOf(error))
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
}
