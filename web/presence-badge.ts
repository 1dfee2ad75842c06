import type { CountsNode } from '../src/live/protocol.js'
import { make, write } from './elements.js'
import { text } from './language.js'

/** What a device is for an operator: its state or, before someone answers for it, that it was discovered. */
export type Presence = 'online' | 'stale' | 'offline' | 'unknown' | 'discovered'

export type Networking = CountsNode['networking']

/** A presence as shape, colour and word; with a count in front of the word when it stands for several devices. */
export class PresenceBadge {
  readonly element = make('span', 'presence')

  /** Nothing for `undefined`. */
  show(presence: Presence | undefined, devices = ''): void {
    this.element.hidden = presence === undefined
    this.element.className = `presence ${presence ?? ''}`
    const word = presence === undefined ? '' : text(presence)
    write(this.element, devices === '' || word === '' ? word : `${devices} ${word}`)
  }
}

/** Of a node that is one device; undefined without a device that counts. */
export function presenceOf(networking: Networking): Presence | undefined {
  if (networking.discovered > 0) return 'discovered'
  if (networking.fresh > 0) return 'online'
  if (networking.stale > 0) return 'stale'
  if (networking.offline > 0) return 'offline'
  return networking.unknown > 0 ? 'unknown' : undefined
}
