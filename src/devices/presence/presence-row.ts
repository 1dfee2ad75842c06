/**
 * The presence of one device on disk, table `presence`, slot → row, little endian:
 *
 *     0 version u8 │ 1 state u8 │ 2 cause u8 │ 3 session u8 │ 4 since f64 │ 12 detail f64 │ 20 transition f64 │ 28 client id
 *
 * `transition` is the id of the device's last one; the highest of all rows, or the one under `LAST_TRANSITION`, is where
 * the numbering goes on. The client id is UTF-8 and ends with the row. A row of another version is not read: the device
 * is then as if it had not been seen by this gateway.
 */
import type { Session } from './clients.js'
import type { Cause, State } from './states.js'

export const LAST_TRANSITION = 'transition'

const VERSION = 1
const HEAD_BYTES = 28

export interface PresenceRow {
  readonly state: State
  readonly cause: Cause
  readonly session: Session
  readonly sinceMs: number
  readonly detailMs: number
  readonly transition: number
  readonly clientId: string
}

export function encodeRow(row: PresenceRow): Buffer {
  const bytes = Buffer.allocUnsafe(HEAD_BYTES + Buffer.byteLength(row.clientId))
  bytes[0] = VERSION
  bytes[1] = row.state
  bytes[2] = row.cause
  bytes[3] = row.session
  bytes.writeDoubleLE(row.sinceMs, 4)
  bytes.writeDoubleLE(row.detailMs, 12)
  bytes.writeDoubleLE(row.transition, 20)
  bytes.write(row.clientId, HEAD_BYTES)
  return bytes
}

/** Undefined for a row of another version. */
export function decodeRow(bytes: Buffer): PresenceRow | undefined {
  if (bytes.length < HEAD_BYTES || bytes[0] !== VERSION) return undefined
  return {
    state: bytes[1] as State,
    cause: bytes[2] as Cause,
    session: bytes[3] as Session,
    sinceMs: bytes.readDoubleLE(4),
    detailMs: bytes.readDoubleLE(12),
    transition: bytes.readDoubleLE(20),
    clientId: bytes.toString('utf8', HEAD_BYTES),
  }
}
