import type { ClientAccess } from '../../core/client-access.js'
import { type AccessSubject, CompiledProfile, type ProfileConfig } from './compile-access.js'

/** `mqtt.profiles` of the configuration. */
export type ProfilesConfig = Readonly<Record<string, ProfileConfig>>

/** What the clients of each profile may do. */
export class Profiles {
  readonly #profiles: ReadonlyMap<string, CompiledProfile>

  /** @param config each template without a `templateFault` */
  constructor(config: ProfilesConfig) {
    const compiled = Object.entries(config).map(
      ([name, profile]) => [name, new CompiledProfile(profile)] as const,
    )
    this.#profiles = new Map(compiled)
  }

  has(profileName: string): boolean {
    return this.#profiles.has(profileName)
  }

  /** Undefined if there is no such profile. */
  accessOf(profileName: string, subject: AccessSubject): ClientAccess | undefined {
    return this.#profiles.get(profileName)?.accessOf(subject)
  }
}
