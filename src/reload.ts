/**
 * The configuration is read again while messages come in. What says how messages are read (routes, quality) and what
 * clients may (profiles, rules for certificates) is swapped between two messages; all else is reported as needing a
 * restart. A file that is not valid changes nothing.
 */
import { differences } from './config/difference.js'
import type { GatewayConfig } from './config/schema.js'
import type { Logger } from './core/logger.js'
import type { ConfigChange, ReloadReport, TrialComparison } from './core/reload.js'
import type { Trial, TrialMessage, TrialResult } from './core/trial.js'

/** Sections that are swapped. */
const SWAPPED = /^(?:routes|quality|mqtt\.profiles|mqtt\.certificates)(?=$|[.[])/
/** Changed messages that a report shows. */
const MAX_SHOWN = 100

export interface ReloaderParts {
  readonly config: GatewayConfig
  /** Reads the configuration again. Throws as `loadConfig`. */
  readonly load: () => GatewayConfig
  /** Makes the next message be read by this configuration; changes nothing if it throws. */
  readonly swap: (config: GatewayConfig) => void
  readonly trialOf: (config: GatewayConfig) => Trial
  /** Messages that came in lately. */
  readonly recent: () => readonly TrialMessage[]
  readonly logger: Logger
}

export class Reloader {
  readonly #parts: ReloaderParts
  /** That messages are read by now. */
  #config: GatewayConfig

  constructor(parts: ReloaderParts) {
    this.#parts = parts
    this.#config = parts.config
  }

  /** The configuration that messages are read by. */
  get config(): GatewayConfig {
    return this.#config
  }

  /** Throws what `reload` would throw. */
  check(): void {
    this.#parts.load()
  }

  /** @throws {GatewayError} LG_CONFIG_UNREADABLE, LG_CONFIG_INVALID with all violations; nothing has changed then */
  reload(): ReloadReport {
    const { next, changes, needRestart } = this.#read()
    if (changes.length > 0) {
      this.#parts.swap(next)
      this.#config = next
    }
    this.#log(changes, needRestart)
    return { applied: changes.length > 0, changes, needRestart }
  }

  /** What `reload` would do, and what would become of the newest messages. Throws as `reload`. */
  preview(): ReloadReport {
    const { next, changes, needRestart } = this.#read()
    const { recent, trialOf } = this.#parts
    const trial = compare(recent(), trialOf(this.#config), trialOf(next))
    return { applied: false, changes, needRestart, trial }
  }

  /** `next` is what would be in force: what needs a restart is not in it, and is reported again the next time. */
  #read(): { next: GatewayConfig; changes: ConfigChange[]; needRestart: ConfigChange[] } {
    const loaded = this.#parts.load()
    const all = differences(this.#config, loaded)
    const isSwapped = ({ path }: ConfigChange) => SWAPPED.test(path)
    return {
      next: withSwapped(this.#config, loaded),
      changes: all.filter(isSwapped),
      needRestart: [...all.filter((change) => !isSwapped(change)), ...this.#firstSparkplug(loaded)],
    }
  }

  /** Metrics are read at once, but the host application (births asked for, STATE) is started with the gateway. */
  #firstSparkplug(loaded: GatewayConfig): ConfigChange[] {
    if (usesSparkplug(this.#parts.config) || !usesSparkplug(loaded)) return []
    return [{ path: 'sparkplug', before: 'no host application', after: 'host application' }]
  }

  #log(changes: readonly ConfigChange[], needRestart: readonly ConfigChange[]): void {
    const paths = (of: readonly ConfigChange[]) => of.map(({ path }) => path)
    this.#parts.logger.info(
      { changed: paths(changes), needRestart: paths(needRestart) },
      changes.length > 0
        ? 'The configuration was reloaded.'
        : 'The configuration was read again; nothing to swap.',
    )
  }
}

function withSwapped(inForce: GatewayConfig, { routes, quality, mqtt }: GatewayConfig): GatewayConfig {
  const { profiles, certificates } = mqtt
  return { ...inForce, routes, quality, mqtt: { ...inForce.mqtt, profiles, certificates } }
}

export function usesSparkplug({ routes }: Pick<GatewayConfig, 'routes'>): boolean {
  return routes.some(({ decoder }) => decoder === 'sparkplug')
}

function compare(messages: readonly TrialMessage[], inForce: Trial, next: Trial): TrialComparison {
  const before = inForce.run(messages)
  const after = next.run(messages)
  const changed = before.flatMap((result, i) =>
    same(result, after[i]!) ? [] : [{ before: result, after: after[i]! }],
  )
  return { messages: messages.length, changedMessages: changed.length, changed: changed.slice(0, MAX_SHOWN) }
}

function same(a: TrialResult, b: TrialResult): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
