/**
 * What the gateway knows of the plant, beside the measurements themselves:
 *
 *     registry ─▶ presence ─▶ networking     which devices there are, which are there, how much of the plant that is
 *        ├──────────┴───────▶ production     what they make
 *        └──────────────────▶ identifiers    what an identifier stands for
 *
 * All of it is fed by blocks that are on disk, by sessions of the broker, and by what points say of parts and states.
 */
import type { GatewayConfig } from './config/schema.js'
import { YamlSource } from './config/yaml-source.js'
import type { Block } from './core/block.js'
import { NO_DEVICE_SLOT } from './core/device.js'
import type { Logger } from './core/logger.js'
import type { StateStore } from './core/state.js'
import { messagesOf, TALLY_STRIDE } from './core/tally.js'
import { applyDevicesFile, readDevicesFile } from './devices/exchange/devices-file.js'
import { Identifiers } from './devices/identifiers/identifiers.js'
import type { LatestValueStore } from './devices/latest-values.js'
import { Networking } from './devices/networking/networking.js'
import { Presence } from './devices/presence/presence.js'
import { presencePoint } from './devices/presence/presence-point.js'
import { Production } from './devices/production/production.js'
import { DeviceRegistry } from './devices/registry.js'
import { ConfiguredShifts } from './devices/shifts/calendar.js'
import type { Ledger } from './ledger/ledger.js'
import { OwnPoints } from './own-points.js'
import type { Spool } from './spool/spool.js'

export interface PlantParts {
  readonly config: GatewayConfig
  readonly state: StateStore
  readonly spool: Spool
  readonly ledger: Ledger
  readonly latest: LatestValueStore
  readonly logger: Logger
}

export class Plant {
  readonly registry: DeviceRegistry
  readonly presence: Presence
  readonly networking: Networking
  readonly production: Production
  readonly identifiers: Identifiers
  readonly #parts: PlantParts
  readonly #recorder: OwnPoints
  #isStarted = false

  constructor(parts: PlantParts) {
    const { config, state, spool, ledger, latest, logger } = parts
    const {
      defaultIntervalMs: intervalMs,
      defaultSurvivalTimeMs: survivalMs,
      restartGraceMs,
    } = config.devices
    const shifts = new ConfiguredShifts(config.shifts)
    const registry = new DeviceRegistry(state)
    const recorder = new OwnPoints(spool)
    const presence = new Presence({
      registry,
      state,
      alongside: (write) => spool.alongside(write),
      defaults: { intervalMs, survivalMs },
      restartGraceMs,
    })
    this.#parts = parts
    this.#recorder = recorder
    this.registry = registry
    this.presence = presence
    this.networking = new Networking({ registry, presence, shifts, ledger, recorder, state, logger })
    this.production = new Production({
      registry,
      state,
      block: spool.open,
      touched: () => spool.touched(),
      calendar: shifts,
      isFresh: (slot) => presence.isFresh(slot),
      recorder,
    })
    this.identifiers = new Identifiers({
      registry,
      state,
      latest,
      presence: (slot) => presence.of(slot),
      options: { ...config.identifiers, gatewayId: config.gateway.id, ...publicUrlOf(config) },
      logger,
    })
  }

  /** When the ledger is whole, and before any message is accepted. Throws as `readDevicesFile` and `applyDevicesFile`. */
  async start(): Promise<void> {
    const { config, ledger, logger } = this.#parts
    this.identifiers.start()
    this.registry.refuseTaken((identifier, id) => this.identifiers.takenBy(identifier, id))
    const { file } = config.devices
    if (file !== undefined) {
      await applyDevicesFile(file, await readDevicesFile(file, YamlSource.parse), this.registry, logger)
    }
    this.presence.onTransition((transition) => this.#recorder.record(...presencePoint(transition)))
    this.presence.start((slot) => ledger.lastReceivedMs(slot))
    this.networking.start()
    this.production.start()
    this.#isStarted = true
  }

  /** Blocks that are on disk and in the ledger. */
  flushed(blocks: readonly Block[]): void {
    for (const { createdAtMs, tallies } of blocks) {
      for (let at = 0; at < tallies.length; at += TALLY_STRIDE) {
        const slot = tallies[at]!
        const received = messagesOf(tallies, at)
        if (received > 0 && slot !== NO_DEVICE_SLOT) this.#heard(slot, received, createdAtMs)
      }
    }
  }

  /**
   * Hands what is to be kept to the open block; when no more messages come and before the last flush. Identifiers answer
   * for as long as HTTP does, and are closed behind it.
   */
  async close(): Promise<void> {
    if (!this.#isStarted) return
    this.presence.close()
    await this.production.close()
    await this.networking.close()
  }

  #heard(slot: number, received: number, atMs: number): void {
    this.presence.heard(slot, atMs)
    this.networking.received(slot, received, atMs)
  }
}

function publicUrlOf({ http }: GatewayConfig): { publicUrl?: string } {
  return http.publicUrl === undefined ? {} : { publicUrl: http.publicUrl }
}
