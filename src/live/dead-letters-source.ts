import type { StoredDeadLetter } from '../core/dead-letter.js'
import { isWithin } from '../core/identity.js'
import { type LetterTest, lettersWithin } from '../core/letter-scope.js'
import type { DeadLettered, DeadLettersState, Letter } from './protocol.js'
import { ScopeDevices } from './scope-devices.js'
import type { FeedRequest, Source, SourceOptions, Views } from './source.js'

/** How far back the letters of a site, area or line are looked for among those of the whole gateway. */
const SEARCHED_LETTERS = 200
/** Those of one device have an index, which letters of no device share. */
const SEARCHED_BY_DEVICE = 1_000

const NONE: DeadLettered = { messages: 0, points: 0 }

/** What could not be decoded or stored: the ledger's counts of the scope, and the newest letters without payload. */
export class DeadLettersSource implements Source {
  readonly incremental = false
  readonly #views: Views
  readonly #scope: string
  readonly #within: string
  readonly #devices: ScopeDevices
  readonly #maxLetters: number
  #revision = -1
  #ofLetters = -1
  #deadLettered = NONE
  #text = ''

  constructor(views: Views, request: FeedRequest, options: SourceOptions) {
    this.#views = views
    this.#scope = request.scope
    this.#within = request.within
    this.#devices = new ScopeDevices(views.tree, views.devices, request.scope)
    this.#maxLetters = options.maxLetters
  }

  sample(): boolean {
    const { ledger, deadLetters } = this.#views
    const sameLetters = deadLetters.revision === this.#ofLetters
    if (sameLetters && ledger.revision === this.#revision) return false
    const deadLettered = this.#count()
    const sameCounts =
      deadLettered.messages === this.#deadLettered.messages &&
      deadLettered.points === this.#deadLettered.points
    this.#revision = ledger.revision
    if (sameLetters && sameCounts) return false
    this.#ofLetters = deadLetters.revision
    this.#deadLettered = deadLettered
    return this.#serialise()
  }

  whole(): string {
    return this.#text
  }

  change(): string {
    return this.#text
  }

  deadLettered(): DeadLettered {
    return this.#deadLettered
  }

  #count(): DeadLettered {
    const { ledger } = this.#views
    this.#devices.look()
    const { messages, points } = this.#scope === '' ? ledger.totals() : ledger.sum(this.#devices.slots)
    return { messages: messages.deadLettered, points: points.deadLettered }
  }

  #serialise(): boolean {
    const letters = this.#letters().map(withoutPayload)
    const kept = this.#within === '' ? this.#views.deadLetters.count : letters.length
    const state: DeadLettersState = { deadLettered: this.#deadLettered, kept, letters }
    const text = JSON.stringify(state)
    const changed = text !== this.#text
    this.#text = text
    return changed
  }

  #letters(): StoredDeadLetter[] {
    const { deadLetters, devices } = this.#views
    const newest = { newestFirst: true, limit: this.#maxLetters }
    const scope = this.#scope
    if (scope === '') return deadLetters.list(newest)
    const isIn = lettersWithin(this.#within, devices)
    const slots = devices.find(scope).filter(({ path }) => path === scope)
    if (slots.length > 0) {
      const query = { ...newest, device: scope, slots: slots.map(({ slot }) => slot), isIn }
      return deadLetters.scan(query, SEARCHED_BY_DEVICE).letters
    }
    const isBelow: LetterTest = (letter) => isWithin(letter.device, scope) && isIn(letter)
    return deadLetters.scan({ ...newest, isIn: isBelow }, SEARCHED_LETTERS).letters
  }
}

function withoutPayload({ id, timeMs, kind, device, topic, sink, reason }: StoredDeadLetter): Letter {
  return { id, time: new Date(timeMs).toISOString(), kind, device, topic, sink, reason }
}
