import { productionIsSound } from './checks-production.js'
import { qualityIsSound } from './checks-quality.js'
import { breaksWithinShifts, oneShiftOfNamePerDay, shiftsApart } from './checks-shifts.js'
import { placesAreUnique } from './checks-sparkplug.js'
import type { GatewayConfig } from './schema.js'
import type { Violation } from './violation.js'

/** A rule between keys, that the schema cannot say. Pure: it looks at nothing but the configuration. */
export type Check = (config: GatewayConfig) => readonly Violation[]

const ALL_INTERFACES = new Set(['0.0.0.0', '::', '[::]', '*'])

interface Bound {
  readonly path: string
  readonly host: string
  readonly port: number
}

/** Two servers cannot have one port; port 0 is a free one each time. */
function onePortEach(config: GatewayConfig): Violation[] {
  const listeners = config.mqtt.listeners.map(({ host, port }, at) => ({
    path: `mqtt.listeners[${at}]`,
    host,
    port,
  }))
  const bound: Bound[] = [{ path: 'http', ...config.http }, ...listeners]
  return bound.flatMap((server, at) => {
    const other = bound.slice(0, at).find((earlier) => collide(earlier, server))
    if (other === undefined) return []
    return [{ path: `${server.path}.port`, message: `is also the port of ${other.path} (${server.port})` }]
  })
}

function collide(a: Bound, b: Bound): boolean {
  if (a.port === 0 || a.port !== b.port) return false
  return a.host === b.host || ALL_INTERFACES.has(a.host) || ALL_INTERFACES.has(b.host)
}

function authenticationIsSound({ mqtt }: GatewayConfig): Violation[] {
  return mqtt.listeners.flatMap((listener, at) => {
    const path = `mqtt.listeners[${at}]`
    const { authentication } = listener
    const violations: Violation[] = []
    if (authentication.includes('none') && authentication.length > 1)
      violations.push({ path: `${path}.authentication`, message: 'none stands alone' })
    if (!authentication.includes('certificate')) return violations
    if (!('tls' in listener))
      violations.push({ path: `${path}.authentication`, message: 'certificate is for mqtts and wss' })
    else if (listener.tls.caFile === undefined)
      violations.push({ path: `${path}.tls.caFile`, message: 'is required for client certificates' })
    return violations
  })
}

function fieldOnlyForValue({ routes }: GatewayConfig): Violation[] {
  return routes.flatMap(({ decoder, field }, at) => {
    if (field === undefined || decoder === 'value') return []
    return [
      { path: `routes[${at}].field`, message: `is for the decoder value only; this route has ${decoder}` },
    ]
  })
}

const DOCUMENT_DECODERS: ReadonlySet<string> = new Set(['json', 'cbor', 'msgpack'])
const KEYS_OF_DOCUMENTS = ['compression', 'maxInflatedBytes', 'expression', 'mapping'] as const

function documentKeysForDocuments({ routes }: GatewayConfig): Violation[] {
  return routes.flatMap((route, at) => {
    if (DOCUMENT_DECODERS.has(route.decoder)) return []
    const given = KEYS_OF_DOCUMENTS.filter((key) => route[key] !== undefined)
    return given.map((key) => ({
      path: `routes[${at}].${key}`,
      message: `is for the decoders json, cbor and msgpack; this route has ${route.decoder}`,
    }))
  })
}

function passwordWithUser({ sinks }: GatewayConfig): Violation[] {
  return sinks.flatMap((sink, at) => {
    if (sink.type !== 'influxdb' || sink.version !== 1) return []
    if (sink.password === undefined || sink.username !== undefined) return []
    return [{ path: `sinks[${at}].username`, message: 'is required when there is a password' }]
  })
}

/** DuckDB locks its file. */
function oneFileEach({ sinks }: GatewayConfig): Violation[] {
  const files = sinks.map((sink) => (sink.type === 'duckdb' ? sink.file : undefined))
  return files.flatMap((file, at) => {
    const first = files.indexOf(file)
    if (file === undefined || first === at) return []
    return [{ path: `sinks[${at}].file`, message: `is the file of sinks[${first}] too` }]
  })
}

function spoolSizes({ spool, mqtt }: GatewayConfig): Violation[] {
  const violations: Violation[] = []
  if (spool.blockBytes > spool.maxUnflushedBytes) {
    violations.push({ path: 'spool.blockBytes', message: 'must not be larger than spool.maxUnflushedBytes' })
  }
  if (spool.maxUnflushedBytes > spool.maxBytes) {
    violations.push({ path: 'spool.maxUnflushedBytes', message: 'must not be larger than spool.maxBytes' })
  }
  if (mqtt.maxPacketBytes > spool.maxBytes) {
    violations.push({ path: 'mqtt.maxPacketBytes', message: 'must not be larger than spool.maxBytes' })
  }
  return violations
}

export const CHECKS: readonly Check[] = [
  onePortEach,
  authenticationIsSound,
  fieldOnlyForValue,
  documentKeysForDocuments,
  passwordWithUser,
  oneFileEach,
  spoolSizes,
  shiftsApart,
  oneShiftOfNamePerDay,
  breaksWithinShifts,
  productionIsSound,
  qualityIsSound,
  placesAreUnique,
]
