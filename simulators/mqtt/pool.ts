import { setTimeout as sleep } from 'node:timers/promises'
import { causeOf, GatewayError } from '../../src/core/errors.js'
import type { Connection } from './connection.js'

/** CONNECTs that may be under way at once: a broker's listen backlog is short. */
const MAX_OPENING = 64
const DRAIN_POLL_MS = 5
const DISCONNECT_WITHIN_MS = 1_000

/**
 * Opens all connections, a bounded number at a time. When the first fails, so does this; any other that fails goes
 * on trying by itself, as a device would.
 * @throws {GatewayError} LG_BROKER_UNREACHABLE
 */
export async function openAll(
  connections: readonly Connection[],
  url: string,
  signal: AbortSignal,
): Promise<void> {
  const [first, ...others] = connections
  if (signal.aborted) return
  try {
    await first?.open()
  } catch (error) {
    if (signal.aborted) return
    const details = { url: withoutPassword(url), cause: reasonOf(error) }
    throw new GatewayError('LG_BROKER_UNREACHABLE', details, { cause: error })
  }
  const waiting = others.values()
  const lanes = Array.from({ length: Math.min(MAX_OPENING, others.length) }, () => openEach(waiting, signal))
  await Promise.all(lanes)
}

async function openEach(waiting: Iterable<Connection>, signal: AbortSignal): Promise<void> {
  for (const connection of waiting) {
    if (signal.aborted) return
    await connection.open().catch(() => connection.keepOpening())
  }
}

/** Waits until everything is acknowledged, at most `withinMs`, then disconnects, at most a second longer. */
export async function closeAll(connections: readonly Connection[], withinMs: number): Promise<void> {
  const untilMs = performance.now() + withinMs
  while (connections.some(({ inFlight }) => inFlight > 0) && performance.now() < untilMs) {
    await sleep(DRAIN_POLL_MS)
  }
  const late = new AbortController()
  const closed = Promise.all(connections.map((connection) => connection.close()))
  const bound = sleep(DISCONNECT_WITHIN_MS, undefined, { signal: late.signal })
  await Promise.race([closed, bound])
  late.abort()
  await bound.catch(() => undefined)
  for (const connection of connections) connection.destroy()
}

/** A host with several addresses fails with an error that has no message of its own. */
function reasonOf(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code
  return causeOf(error) || String(code ?? 'no reason given')
}

function withoutPassword(url: string): string {
  return url.replace(/\/\/[^@/]*@/, '//')
}
