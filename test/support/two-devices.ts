import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { AuditEventId } from '../../src/core/audit.js'
import type { AuditRecord } from '../../src/security/audit/record.js'
import { type Coming, GuardedDevice } from './guarded-device.js'
import { GuardedGateway, type GuardedLedger, type GuardedParts } from './guarded-gateway.js'
import { type Influxd, startInfluxd } from './influxd.js'

const run = promisify(execFile)

export const LINE = 'ningbo/press/line1'
/** Topics of a device of the line. */
export function topicOf(device: string, channel = 'telemetry'): string {
  return `factory/${LINE}/${device}/${channel}`
}

/** What each of the devices may: the profile of the documentation, and topics that leave the device to its client id. */
const PROFILES = [
  'profiles:',
  '  device:',
  "    publish: { allow: ['factory/{site}/{area}/{line}/{device}/#', 'shared/{site}/{line}'] }",
  "    subscribe: { allow: ['factory/{site}/{area}/{line}/{device}/#'] }",
  '  edge-node:',
  '    publish:',
  "      allow: ['spBv1.0/{group}/NBIRTH/{node}', 'spBv1.0/{group}/NDATA/{node}', 'spBv1.0/{group}/NDEATH/{node}']",
  '    speaksFor: all',
  "  observer: { subscribe: { allow: ['#', '$SYS/#'] } }",
]

const ROUTES = [
  'routes:',
  "  - { topic: 'factory/{site}/{area}/{line}/{device}/gateway', decoder: json, measurement: telemetry, mapping: { records: { at: '[*]', field: '=n', value: v, device: { device: serial } } } }",
  "  - { topic: 'factory/{site}/{area}/{line}/{device}/#', decoder: json, measurement: telemetry }",
  "  - { topic: 'shared/{site}/{line}', decoder: json, measurement: telemetry }",
  "  - { topic: 'spBv1.0/#', decoder: sparkplug, measurement: telemetry }",
]

/** Counts of refused messages before and after something was tried, and who heard or stored what. */
export interface Tried {
  readonly before: GuardedLedger
  readonly after: GuardedLedger
}

/** Devices a and b of one line, and an observer who hears everything; influxd stores what comes through. */
export class TwoDevices {
  readonly tokens: Record<string, string> = {}
  readonly gateway: GuardedGateway
  readonly influxd: Influxd
  observer: GuardedDevice | undefined
  #sentinels = 0

  private constructor(gateway: GuardedGateway, influxd: Influxd) {
    this.gateway = gateway
    this.influxd = influxd
  }

  static async start(parts: GuardedParts): Promise<TwoDevices> {
    const influxd = await startInfluxd()
    const store = `sinks: [ { name: influx, type: influxdb, version: 1, url: '${influxd.url}', database: factory } ]`
    const sections = [store, 'sparkplug: { hostId: plant-1 }', ...ROUTES]
    const gateway = await GuardedGateway.start({ ...parts, mqtt: PROFILES, sections })
    const site = new TwoDevices(gateway, influxd)
    for (const name of ['a', 'b'])
      site.tokens[name] = await gateway.addToken(name, { place: `${LINE}/${name}` })
    site.tokens.observer = await gateway.addToken('observer', { profile: 'observer' })
    site.observer = await site.connect('observer')
    await site.observer.client.subscribeAsync(['#', '$SYS/#'], { qos: 1 })
    return site
  }

  async remove(): Promise<void> {
    this.observer?.client.end(true)
    await this.gateway.remove()
    await this.influxd.remove()
  }

  connect(name: string, options: Coming = {}): Promise<GuardedDevice> {
    return GuardedDevice.connect(this.gateway, { username: name, password: this.tokens[name]!, ...options })
  }

  /** `mosquitto_pub` or `mosquitto_sub` as this device. @throws with its exit code as `code` */
  mosquitto(program: 'mosquitto_pub' | 'mosquitto_sub', name: string, ...args: string[]) {
    const at = ['-h', '127.0.0.1', '-p', String(this.gateway.ports.token)]
    const tls = ['--cafile', this.gateway.authority.caFile]
    return run(program, [...at, ...tls, '-u', name, '-P', this.tokens[name]!, ...args])
  }

  /**
   * Does what is not permitted; then device b says something that is, and when that was delivered and stored, whatever
   * was said before would have been, too. `forged` is the name of a field that must be nowhere.
   */
  async attempt(attempt: () => Promise<void>, forged = 'forged'): Promise<Tried> {
    const before = await this.gateway.settled()
    const heard = this.observer!.heard.length
    await attempt()
    const text = `{"sentinel":${++this.#sentinels}}`
    const b = await this.connect('b')
    await b.client.publishAsync(topicOf('b', 'sentinel'), text, { qos: 1 })
    await this.observer!.hears(text)
    await b.end()
    const after = await this.gateway.settled()
    const delivered = this.observer!.heard.slice(heard).filter((one) => one.text.includes(forged))
    assert.deepEqual(delivered, [], 'nothing was delivered')
    assert.deepEqual(await this.influxd.query(`SELECT "${forged}" FROM telemetry`), [], 'nothing was stored')
    assert.equal(after.totals.messages.decoded, before.totals.messages.decoded + 1, 'the sentinel alone')
    return { before, after }
  }

  /** That so many messages were refused for this reason, and that this is on record, in a trail that verifies. */
  async refused(
    tried: Tried,
    count: number,
    reason: string,
    event: AuditEventId,
    wanted: Partial<AuditRecord>,
  ) {
    const { before, after } = tried
    assert.equal(after.totals.messages.refused - before.totals.messages.refused, count)
    assert.equal((after.totals.reasons[reason] ?? 0) - (before.totals.reasons[reason] ?? 0), count)
    await this.gateway.audited(event, { result: 'failure', ...wanted })
    await this.gateway.verifyAudit()
  }
}
