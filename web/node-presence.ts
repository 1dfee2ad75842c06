import type { DevicePresence } from '../src/live/protocol.js'
import { make, write } from './elements.js'
import { age, count, moment, sentence, text } from './language.js'
import { type Networking, type Presence, PresenceBadge, presenceOf } from './presence-badge.js'

/** What a node of several devices counts beside those that are online. */
const COUNTED = ['stale', 'offline', 'unknown', 'discovered'] as const

/**
 * Below the name of a node: of a device whether it is there, since when and why; of other nodes how many devices are not,
 * and in what way.
 */
export class NodePresence {
  readonly element: HTMLElement
  /** The reason for people who look into the device; hidden where there is none. */
  readonly why = make('p', 'why')
  readonly #badges = COUNTED.map(() => new PresenceBadge())
  readonly #since = make('span', 'since muted')
  /** The reason, for those who cannot point at it. */
  readonly #spoken = make('span', 'spoken')
  #known: DevicePresence | undefined

  constructor() {
    const badges = this.#badges.map((badge) => badge.element)
    this.element = make('span', 'presences', '', [...badges, this.#since, this.#spoken])
  }

  /** @param known of the device whose node it is, if it is one and a frame told of it */
  show(networking: Networking, known: DevicePresence | undefined, isOneDevice: boolean): void {
    this.#known = known
    if (known !== undefined) this.#showDevice(known)
    else if (isOneDevice) this.#showBadges([presenceOf(networking)])
    else this.#showCounts(networking)
    const reason = known === undefined ? '' : sentence(known.reason)
    this.element.title = reason
    write(this.#spoken, reason)
    write(this.why, reason)
    this.why.hidden = reason === ''
  }

  /** Writes how long it has been so. */
  showAge(nowMs: number): void {
    const { since } = this.#known ?? {}
    if (since === undefined) return write(this.#since, '')
    const passed = age(nowMs - Date.parse(since))
    write(this.#since, text('since', { time: moment(since, nowMs), age: passed }))
  }

  /** Of one that is discovered both, since its time is that of its state. */
  #showDevice({ status, state }: DevicePresence): void {
    this.#showBadges(status === 'discovered' ? ['discovered', state] : [state])
  }

  #showBadges(presences: readonly (Presence | undefined)[]): void {
    for (const [i, badge] of this.#badges.entries()) badge.show(presences[i])
  }

  #showCounts(networking: Networking): void {
    for (const [i, presence] of COUNTED.entries()) {
      const devices = networking[presence]
      this.#badges[i]!.show(devices === 0 ? undefined : presence, count(devices))
    }
  }
}
