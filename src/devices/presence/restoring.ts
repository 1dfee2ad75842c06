/** What a device is after a restart: first what the ledger knows of it, then, if there is one, what its row says. */
import { Session } from './clients.js'
import type { DeviceStates } from './device-states.js'
import type { PresenceRow } from './presence-row.js'
import { Cause, State } from './states.js'

/**
 * A device that was heard and may have no row went quiet when it was heard last.
 * @param lastHeardMs epoch milliseconds, 0 if it never was
 * @param graceMs milliseconds that an online device has to be heard again, at least
 */
export function recall(states: DeviceStates, slot: number, lastHeardMs: number, graceMs: number): void {
  const { columns, clock, startedAtMs } = states
  if (lastHeardMs === 0) return
  const allowedMs = columns.allowedMs[slot]!
  const leftMs = allowedMs - Math.max(0, startedAtMs - lastHeardMs)
  columns.lastHeardMs[slot] = lastHeardMs
  columns.deadlineMs[slot] = clock.now() + leftMs
  if (leftMs > 0) stayOnline(states, slot, lastHeardMs, graceMs)
  else columns.turn(slot, State.stale, Cause.silent, lastHeardMs + allowedMs, 0)
}

/** For a row of a device that is in the tree; others are passed over. */
export function restore(states: DeviceStates, slot: number, row: PresenceRow, graceMs: number): void {
  const { columns, clock } = states
  if (!states.isKept(slot)) return
  restoreClient(states, slot, row)
  columns.transition[slot] = row.transition
  const wasHeard = columns.lastHeardMs[slot] !== 0
  if (row.state === State.online) stayOnline(states, slot, row.sinceMs, graceMs)
  else if (row.state !== State.unknown || !wasHeard) {
    // The wall clock may have stepped meanwhile: what was stale is not fresh before it is heard.
    if (row.state === State.stale) columns.deadlineMs[slot] = Math.min(columns.deadlineMs[slot]!, clock.now())
    columns.dead[slot] = row.cause === Cause.died ? 1 : row.cause === Cause.nodeDied ? 2 : 0
    columns.turn(slot, row.state, row.cause, row.sinceMs, row.detailMs)
    states.await(slot)
  }
}

function restoreClient({ clients }: DeviceStates, slot: number, { clientId, session }: PresenceRow): void {
  if (clientId === '') return
  const client = clients.add(clientId)
  clients.setSession(client, session === Session.open ? Session.kept : session)
  clients.link(slot, client)
}

/** Time in which the gateway was down is no silence of the device. */
function stayOnline(
  { columns, clock, wheel }: DeviceStates,
  slot: number,
  sinceMs: number,
  graceMs: number,
): void {
  columns.turn(slot, State.online, Cause.heard, sinceMs, 0)
  columns.deadlineMs[slot] = clock.now() + Math.max(columns.allowedMs[slot]!, graceMs)
  wheel.file(slot, columns.deadlineMs[slot]!)
}
