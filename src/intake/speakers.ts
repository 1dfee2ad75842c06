import { type ClientAccess, UNRESTRICTED } from '../core/client-access.js'
import type { Device, TopicLevels } from '../core/device.js'
import { pathOf } from '../devices/device-path.js'

export interface SpeakersParts {
  /** Of a client that is connected, or whose will is being published. */
  readonly accessOf: (clientId: string) => ClientAccess | undefined
  /** The device with this address, wherever it was moved to. */
  readonly find: (levels: TopicLevels) => Device | undefined
  /** Told of what was refused. */
  readonly onRefused?: (access: ClientAccess, clientId: string, path: string) => void
}

/**
 * Whom a client speaks for. That it may publish to the topic was decided in the broker; but topics need not name the
 * device, and payloads may name others.
 */
export class Speakers {
  /** Rises when a client may be another than before: what was looked up for it is to be looked up again. */
  epoch = 0
  readonly #parts: SpeakersParts
  #hasRestricted = false

  constructor(parts: SpeakersParts) {
    this.#parts = parts
  }

  /** A session of a client began, who may be another than the one that had this id before. */
  changed(clientId: string): void {
    this.#hasRestricted ||= this.of(clientId) !== undefined
    // Where everyone may do everything, nothing has to be looked up again, however many come at once.
    if (this.#hasRestricted) this.epoch++
  }

  /** Undefined for one that may speak for every device. */
  of(clientId: string): ClientAccess | undefined {
    const access = this.#parts.accessOf(clientId)
    return access === UNRESTRICTED ? undefined : access
  }

  /** Also by the address that the credential names, if the device was moved since. */
  maySpeakFor(speaker: ClientAccess, device: Device): boolean {
    if (speaker.maySpeakFor(device.path)) return true
    return speaker.place !== undefined && this.#parts.find(speaker.place)?.slot === device.slot
  }

  /** Of a device that may not be known yet: it is not to become known by this. */
  maySpeakAt(speaker: ClientAccess, levels: TopicLevels): boolean {
    const device = this.#parts.find(levels)
    return device === undefined ? speaker.maySpeakFor(pathOf(levels)) : this.maySpeakFor(speaker, device)
  }

  /** The device that the client is, 0 for none: what it may not do is counted there. */
  slotOf({ place }: ClientAccess): number {
    return place === undefined ? 0 : (this.#parts.find(place)?.slot ?? 0)
  }

  refused(speaker: ClientAccess, clientId: string, path: string): void {
    this.#parts.onRefused?.(speaker, clientId, path)
  }
}
