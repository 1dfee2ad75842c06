/**
 * The STATE message of this host application: `spBv1.0/STATE/{host id}`, QoS 1, retained, `{"online":…,"timestamp":…}`.
 *
 * A host that is an MQTT client registers a will, which the server publishes when the host is lost. Host and server are
 * one process here: nobody is left to publish a will when it is killed. What the will would have said is therefore said
 * at the next start, before the birth and before any client can connect: no edge node ever connects to a STATE that says
 * online while the host is not.
 *
 * Record, table `sparkplug-host`, key `state`: UTF-8 JSON {hostId, timestamp} while the last STATE said online; none
 * otherwise. It is on disk before the birth is published, so that whatever was published is known after a crash; what was
 * recorded and never published is corrected without harm.
 */
import type { StateStore, Table } from '../core/state.js'
import { NAMESPACE } from '../decode/sparkplug/topic.js'
import type { Publish, SparkplugPacket, Subscribe } from './packet.js'

const KEY = 'state'

export interface HostStateParts {
  readonly hostId: string
  /** False: the host says nothing of itself, and takes back what an earlier run has said. */
  readonly isPrimary: boolean
  readonly state: StateStore
  readonly publish: Publish
  readonly subscribe: Subscribe
  /** Epoch milliseconds. */
  readonly now: () => number
  /** Someone else says that the host is offline: this is to be published against it. */
  readonly onContradicted: (birth: SparkplugPacket) => void
}

interface Said {
  readonly hostId: string
  readonly timestamp: number
}

export class HostState {
  readonly #parts: HostStateParts
  readonly #table: Table
  #unsubscribe: (() => Promise<void>) | undefined
  /** Of the birth; 0 while the host is not online. */
  #timestamp = 0

  constructor(parts: HostStateParts) {
    this.#parts = parts
    this.#table = parts.state.table('sparkplug-host')
  }

  /** Before the broker takes connections. */
  async start(): Promise<void> {
    const { hostId, isPrimary, publish, subscribe, now } = this.#parts
    const left = this.#left()
    if (left !== undefined) await publish(stateMessage(left.hostId, false, left.timestamp))
    if (!isPrimary) return this.#record(undefined)
    // tck-id-host-topic-phid-birth-sub-required: the subscription comes before the birth.
    this.#unsubscribe = await subscribe(topicOf(hostId), (payload) => this.#heard(payload))
    // Edge nodes pass over a STATE that is older than the last one, which a clock that was set back would give.
    const timestamp = Math.max(now(), (left?.timestamp ?? 0) + 1)
    await this.#record({ hostId, timestamp })
    this.#timestamp = timestamp
    await publish(stateMessage(hostId, true, timestamp))
  }

  /** While the broker still delivers. */
  async close(): Promise<void> {
    const { hostId, publish, now } = this.#parts
    if (this.#timestamp === 0) return
    const bornAt = this.#timestamp
    this.#timestamp = 0
    await this.#unsubscribe?.()
    // tck-id-host-topic-phid-death-payload-timestamp-disconnect-clean: the time of the disconnect.
    await publish(stateMessage(hostId, false, Math.max(now(), bornAt)))
    await this.#record(undefined)
  }

  /** tck-id-message-flow-hid-sparkplug-state-message-delivered: who says offline of a host that is online is corrected. */
  #heard(payload: Buffer): void {
    const { hostId, onContradicted } = this.#parts
    if (this.#timestamp === 0 || !saysOffline(payload)) return
    onContradicted(stateMessage(hostId, true, this.#timestamp))
  }

  #left(): Said | undefined {
    const bytes = this.#table.get(KEY)
    return bytes && (JSON.parse(bytes.toString()) as Said)
  }

  #record(said: Said | undefined): Promise<void> {
    return this.#parts.state.commit(() => {
      if (said === undefined) this.#table.remove(KEY)
      else this.#table.put(KEY, Buffer.from(JSON.stringify(said)))
    })
  }
}

export function stateMessage(hostId: string, online: boolean, timestamp: number): SparkplugPacket {
  const payload = Buffer.from(JSON.stringify({ online, timestamp }))
  return { topic: topicOf(hostId), payload, qos: 1, retain: true }
}

function topicOf(hostId: string): string {
  return `${NAMESPACE}/STATE/${hostId}`
}

/** Someone else wrote it: it may be anything. */
function saysOffline(payload: Buffer): boolean {
  try {
    const said: unknown = JSON.parse(payload.toString())
    return typeof said === 'object' && said !== null && 'online' in said && said.online === false
  } catch {
    return false
  }
}
