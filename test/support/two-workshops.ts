import type { AuditEvent } from '../../src/core/audit.js'
import { ROLES, type Role } from '../../src/core/identity.js'
import { silentLogger } from '../../src/core/logger.js'
import type { LatestValue } from '../../src/core/views.js'
import { Identifiers } from '../../src/devices/identifiers/identifiers.js'
import type { ProductionRow } from '../../src/devices/production/rows.js'
import type { HttpInputs } from '../../src/http/inputs.js'
import { HttpServer } from '../../src/http/server.js'
import { LiveHub } from '../../src/live/hub.js'
import { Replay } from '../../src/replay.js'
import { HttpGateway } from './http-gateway.js'
import { OPTIONS } from './identifier-rig.js'
import { ListedIdentities } from './listed-identities.js'
import { NO_PRESENCE } from './no-presence.js'

/** A part of the tree, with one name for all that is in it. */
export interface Workshop {
  readonly mark: string
  readonly path: string
  readonly line: string
  /** Path of its device, whose id is the last level. */
  readonly device: string
  readonly id: string
  readonly handle: string
  /** Of an item that names the device. */
  readonly part: string
}

function workshop(mark: string): Workshop {
  const path = `ningbo/${mark}`
  const id = `${mark}-01`
  return {
    mark,
    path,
    line: `${path}/${mark}-line`,
    device: `${path}/${mark}-line/${id}`,
    id,
    handle: `88.608.8889/${mark}`,
    part: `88.608.8889/part/${mark}`,
  }
}

/** Names of equal length, so that answers that should be the same are the same but for them. */
export const HERE = workshop('mould')
export const ELSEWHERE = workshop('zebra')
/** Where there is nothing. */
export const NOWHERE = workshop('yacht')
/** Which both have. */
export const SHARED_NAME = 'robot'

const NO_COUNTS = { good: 0, bad: 0, cycles: 0, resets: 0, wraps: 0, stepBacks: 0, ignored: 0 }
const FIGURES = {
  ...NO_COUNTS,
  devices: 1,
  runningMs: 0,
  plannedBusyMs: 0,
  availability: null,
  effectiveness: null,
  qualityRatio: null,
  oee: null,
  shift: undefined,
  ever: NO_COUNTS,
}

/** A gateway of two workshops where people have to sign in: of each role one for all, and one for `HERE`. */
export class TwoWorkshops {
  readonly gateway = new HttpGateway()
  readonly identities = new ListedIdentities()
  readonly recorded: AuditEvent[] = []
  readonly identifiers: Identifiers
  readonly live: LiveHub
  readonly server: HttpServer

  constructor(changes: Partial<HttpInputs> = {}) {
    for (const role of ROLES) {
      this.identities.add(role, role, '')
      this.identities.add(`${role}-here`, role, HERE.path)
    }
    const { state, devices: registry, spool } = this.gateway
    const latest = { of: (slot: number) => this.#values(slot) }
    this.identifiers = new Identifiers({ registry, state, latest, options: OPTIONS, logger: silentLogger })
    registry.refuseTaken((identifier, id) => this.identifiers.takenBy(identifier, id))
    const inputs = this.gateway.inputs()
    const { ledger, devices, networking, deadLetters, sinks } = inputs
    this.live = new LiveHub({
      ...{ ledger: this.gateway.ledger, devices, networking, latest, deadLetters, sinks },
      tree: registry.tree,
      presence: NO_PRESENCE,
      gatewayId: 'plant-1',
      identities: this.identities,
      logger: silentLogger,
    })
    const replaying = new Replay({
      letters: spool.deadLetters,
      readmit: () => ({ kind: 'unroutable', cause: 'no route' }),
      spool,
      logger: silentLogger,
    })
    this.server = new HttpServer({
      ...inputs,
      ledger,
      latest,
      identities: this.identities,
      audit: { record: (event) => this.recorded.push(event) },
      identifiers: this.identifiers,
      replay: { replaying, trial: () => ({ run: () => [] }) },
      quality: {
        skews: { of: () => ({ state: 'ok', skewMs: 0, samples: 1 }) },
        series: { count: 2, ofDevice: () => 1 },
      },
      production: {
        revision: 1,
        shift: undefined,
        of: () => undefined,
        ofNode: () => FIGURES,
        rows: (path) => this.#rows(path),
      },
      upgrades: {
        '/live': {
          access: { role: 'viewer', scope: 'tree' },
          allowedOrigins: [],
          handle: (...upgrade) => this.live.handleUpgrade(...upgrade),
        },
      },
      ...changes,
    })
  }

  async start(): Promise<this> {
    await this.gateway.start()
    this.identifiers.start()
    for (const place of [HERE, ELSEWHERE]) await this.fill(place)
    this.gateway.receive('', 7)
    await this.gateway.flush()
    await this.server.start()
    return this
  }

  async close(): Promise<void> {
    await this.live.close()
    await this.server.close()
    await this.identifiers.close()
    await this.gateway.close()
  }

  /** Puts there whatever of a workshop is not there. */
  async fill({ mark, device, id, handle, part }: Workshop): Promise<void> {
    const { devices } = this.gateway
    const place = { site: 'ningbo', area: mark, line: `${mark}-line` }
    await devices.put(id, { ...place, device: id, identifier: handle, name: { zh: mark, en: mark } })
    await devices.put(`${mark}-${SHARED_NAME}`, { ...place, device: SHARED_NAME })
    await this.identifiers.items.put(
      part,
      { kind: 'part', name: { zh: mark, en: mark }, device: id, values: [] },
      { authorization: undefined },
    )
    this.gateway.receive(device, 3)
    this.letterOf(device, mark)
    await this.gateway.flush()
  }

  letterOf(device: string, mark: string): void {
    this.gateway.receiveUndecodable(device, {
      topic: `factory/${device}/telemetry`,
      clientId: `${mark}-client`,
      payload: Buffer.from(`{"${mark}":`),
      reason: { code: 'malformed', message: `${mark} ends too soon` },
    })
  }

  /** Id of the newest letter of a device. */
  letterId(device: string): number {
    const letters = this.gateway.spool.deadLetters.list({ newestFirst: true, limit: 1_000 })
    return letters.find((letter) => letter.device === device)?.id ?? 999_999
  }

  /** @param name undefined: who did not sign in. */
  ask(name: string | undefined, path: string, init: RequestInit = {}): Promise<Response> {
    const headers = { ...(name === undefined ? {} : ListedIdentities.headersOf(name)), ...init.headers }
    return fetch(this.server.url + path, { ...init, headers, redirect: 'manual' })
  }

  #values(slot: number): LatestValue[] {
    const { area = '' } = this.gateway.devices.get(slot) ?? {}
    return [{ measurement: area, field: area, value: area, time: '2026-01-01T00:00:00.000Z' }]
  }

  *#rows(path: string): Generator<ProductionRow> {
    for (const { path: device } of this.gateway.devices.under(path)) {
      yield { path: device, level: 'device', figures: FIGURES }
    }
  }
}

export function nameOf(role: Role, isHere: boolean): string {
  return isHere ? `${role}-here` : role
}
