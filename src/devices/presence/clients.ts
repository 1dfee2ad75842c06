/**
 * What is known of a client's session. `kept`: it was open when an earlier run ended, and counts as open until the
 * client is back or the time for that is over. `none`: no session was ever reported, as with messages that came by HTTP.
 */
export const Session = { none: 0, open: 1, kept: 2, gone: 3 } as const
export type Session = (typeof Session)[keyof typeof Session]

/** No client. */
const NONE = 0

/**
 * The clients that are connected or speak for a device, and the devices that each speaks for.
 *
 *     numbers  client id ─▶ number                names[number], sessions[number], openedMs[number]
 *     heads[number] ─▶ slot ⇄ slot ⇄ slot         clientOf[slot] = number, 0 without a client
 *
 * A client that neither is connected nor speaks for a device is forgotten, and its number given again.
 */
export class Clients {
  readonly #numbers = new Map<string, number>()
  readonly #names: string[] = ['']
  readonly #sessions: Session[] = [Session.none]
  readonly #openedMs: number[] = [0]
  readonly #heads: number[] = [0]
  readonly #free: number[] = []
  #clientOf = new Int32Array(1024)
  #next = new Int32Array(1024)
  #previous = new Int32Array(1024)

  /** 0 if the client is not known. */
  find(clientId: string): number {
    return this.#numbers.get(clientId) ?? NONE
  }

  /** To be followed by `link` or `setSession`, or by `release`. */
  add(clientId: string): number {
    const known = this.#numbers.get(clientId)
    if (known !== undefined) return known
    const client = this.#free.pop() ?? this.#names.length
    this.#numbers.set(clientId, client)
    this.#names[client] = clientId
    this.#sessions[client] = Session.none
    this.#openedMs[client] = 0
    this.#heads[client] = 0
    return client
  }

  /** Highest number given so far. */
  get last(): number {
    return this.#names.length - 1
  }

  name(client: number): string {
    return this.#names[client]!
  }

  session(client: number): Session {
    return this.#sessions[client]!
  }

  /** Epoch milliseconds at which the session was opened, 0 if that was in an earlier run. */
  openedMs(client: number): number {
    return this.#openedMs[client]!
  }

  isOpen(client: number): boolean {
    const session = this.#sessions[client]
    return session === Session.open || session === Session.kept
  }

  setSession(client: number, session: Session, openedMs = 0): void {
    this.#sessions[client] = session
    this.#openedMs[client] = openedMs
  }

  /** The client that speaks for the device, 0 without one. */
  of(slot: number): number {
    return this.#clientOf[slot] ?? NONE
  }

  /** The devices that the client speaks for, as they are now. */
  devices(client: number): number[] {
    const slots: number[] = []
    for (let slot = this.#heads[client]!; slot !== 0; slot = this.#next[slot]!) slots.push(slot)
    return slots
  }

  link(slot: number, client: number): void {
    if (slot >= this.#clientOf.length) this.#grow(slot)
    this.unlink(slot)
    const head = this.#heads[client]!
    this.#clientOf[slot] = client
    this.#next[slot] = head
    this.#previous[slot] = 0
    if (head !== 0) this.#previous[head] = slot
    this.#heads[client] = slot
  }

  unlink(slot: number): void {
    const client = this.of(slot)
    if (client === NONE) return
    const next = this.#next[slot]!
    const previous = this.#previous[slot]!
    if (previous === 0) this.#heads[client] = next
    else this.#next[previous] = next
    if (next !== 0) this.#previous[next] = previous
    this.#clientOf[slot] = NONE
    this.release(client)
  }

  /** Forgets the client unless it is connected or speaks for a device. */
  release(client: number): void {
    if (client === NONE || this.isOpen(client) || this.#heads[client] !== 0) return
    this.#numbers.delete(this.#names[client]!)
    this.#names[client] = ''
    this.#sessions[client] = Session.none
    this.#free.push(client)
  }

  #grow(slot: number): void {
    const size = Math.max(slot + 1, this.#clientOf.length * 2)
    this.#clientOf = copied(this.#clientOf, size)
    this.#next = copied(this.#next, size)
    this.#previous = copied(this.#previous, size)
  }
}

function copied(from: Int32Array, size: number): Int32Array<ArrayBuffer> {
  const to = new Int32Array(size)
  to.set(from)
  return to
}
