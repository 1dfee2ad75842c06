import { Authority } from '../test/support/authority.js'
import type { EntryOptions } from './entry.js'
import type { Fleet } from './fleet.js'

/** PEM files of a server on this machine. */
export interface ServerCertificate {
  /** The authority that clients are to trust. */
  readonly caFile: string
  readonly certFile: string
  readonly keyFile: string
}

/** ECDSA with P-256. */
export function makeServerCertificate(directory: string): ServerCertificate {
  const authority = new Authority(directory)
  const names = 'DNS:localhost,IP:127.0.0.1'
  const issued = authority.issue('server', { alternativeNames: names, purpose: 'serverAuth', days: 90 })
  return { caFile: authority.caFile, ...issued }
}

/** How a broker lets clients in: plain TCP and anybody, unless it has these. */
export interface Entrance {
  /** Behind the name of the broker, in tables. */
  readonly name: string
  readonly certificate?: ServerCertificate
  readonly fleet?: Fleet
}

export const OPEN: Entrance = { name: '' }

/** The client's side of it. */
export function entryOf({ certificate, fleet }: Entrance): Omit<EntryOptions, 'port'> {
  return {
    ...(certificate && { tls: { caFile: certificate.caFile, servername: 'localhost' } }),
    ...(fleet && { logins: fleet.loginsFile }),
  }
}

export function nameOf(broker: string, { name }: Entrance): string {
  return name === '' ? broker : `${broker}, ${name}`
}
