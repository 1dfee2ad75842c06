import type { ClientAccess } from '../../src/core/client-access.js'
import type { InboundMessage, Settled } from '../../src/core/message.js'
import type { StateStore } from '../../src/core/state.js'

export interface Accepted {
  readonly topic: string
  readonly payload: string
  readonly qos: 0 | 1 | 2
  readonly retain: boolean
  readonly clientId: string
}

interface Waiting {
  readonly settled: Settled
  readonly qos: 0 | 1 | 2
}

/**
 * An `accept` that keeps what it is given, and settles it in order when the writes handed in with it are on disk.
 * While held it settles nothing, as a gateway does whose disk is full.
 */
export class Accepting {
  readonly messages: Accepted[] = []
  /** Those that their senders may not publish; not kept on disk. */
  readonly refused: Accepted[] = []
  readonly #state: StateStore
  readonly #table
  #writes: (() => void)[] = []
  #waiting: Waiting[] = []
  #idle: (() => void)[] = []
  #held = false
  #scheduled = false
  #committing = false

  constructor(state: StateStore) {
    this.#state = state
    this.#table = state.table('accepted')
    for (const { value } of this.#table.entries())
      this.messages.push(JSON.parse(value.toString()) as Accepted)
  }

  readonly accept = (message: InboundMessage, clientId: string, settled: Settled): void => {
    const accepted = acceptedOf(message, clientId)
    const number = this.messages.push(accepted)
    this.#writes.push(() => this.#table.put(number, Buffer.from(JSON.stringify(accepted))))
    this.#wait(message, settled)
  }

  readonly refuse = (message: InboundMessage, { principal }: ClientAccess, settled: Settled): void => {
    this.refused.push(acceptedOf(message, principal))
    this.#wait(message, settled)
  }

  /** Every topic is telemetry, except those that say that they are not. */
  isTelemetry(topic: string): boolean {
    return !topic.startsWith('ordinary/')
  }

  underPressure = (): boolean => this.#held

  alongside(write: () => void): void {
    this.#writes.push(write)
  }

  async flush(): Promise<void> {
    if (this.#waiting.length === 0 && !this.#committing) return
    await new Promise<void>((resolve) => this.#idle.push(resolve))
  }

  get waiting(): number {
    return this.#waiting.length
  }

  hold(): void {
    this.#held = true
  }

  release(): void {
    this.#held = false
    this.#schedule()
  }

  on(topic: string): Accepted[] {
    return this.messages.filter((message) => message.topic === topic)
  }

  #wait({ qos }: InboundMessage, settled: Settled): void {
    this.#waiting.push({ settled, qos })
    this.#schedule()
  }

  #schedule(): void {
    if (this.#held || this.#scheduled || this.#waiting.length === 0) return
    this.#scheduled = true
    setTimeout(() => this.#commit(), 1)
  }

  async #commit(): Promise<void> {
    if (this.#held) {
      this.#scheduled = false
      return
    }
    const writes = this.#writes
    const waiting = this.#waiting
    this.#writes = []
    this.#waiting = []
    this.#committing = true
    await this.#state.commit(() => {
      for (const write of writes) write()
    })
    this.#committing = false
    this.#scheduled = false
    for (const { settled } of waiting) settled()
    if (this.#waiting.length > 0) this.#schedule()
    else this.#becomeIdle()
  }

  #becomeIdle(): void {
    const idle = this.#idle
    this.#idle = []
    for (const resolve of idle) resolve()
  }
}

function acceptedOf({ topic, payload, qos, retain }: InboundMessage, clientId: string): Accepted {
  return { topic, payload: payload.toString(), qos, retain, clientId }
}
