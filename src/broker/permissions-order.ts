/**
 * QoS 2: keeps refused messages in their place among the others, as PUBRECs have to leave in the order of the PUBLISHes
 * (MQTT 3.1.1, section 4.6). Aedes takes a few turns from its check of a message to `accept`; a message that is refused in
 * between waits until those before it have arrived there.
 */
import type { AedesClient } from './aedes-internals.js'

interface Progress {
  /** Messages that are on their way to `accept`, since the connection began, and those that arrived. */
  sent: number
  arrived: number
  readonly waiting: { readonly behind: number; readonly run: () => void }[]
}

export class Qos2Order {
  readonly #clients = new WeakMap<AedesClient, Progress>()

  /** A message is on its way to `accept`. */
  sent(client: AedesClient): void {
    this.#of(client).sent++
  }

  /** It was handed to `accept`. */
  arrived(client: AedesClient): void {
    const progress = this.#of(client)
    progress.arrived++
    const { waiting } = progress
    while (waiting.length > 0 && waiting[0]!.behind <= progress.arrived) waiting.shift()!.run()
  }

  /** The place of a message that arrives now, to be given to `inPlace`. */
  place(client: AedesClient): number {
    return this.#of(client).sent
  }

  inPlace(client: AedesClient, place: number, run: () => void): void {
    const { arrived, waiting } = this.#of(client)
    if (waiting.length === 0 && place <= arrived) run()
    else waiting.push({ behind: place, run })
  }

  #of(client: AedesClient): Progress {
    const known = this.#clients.get(client)
    if (known !== undefined) return known
    const progress: Progress = { sent: 0, arrived: 0, waiting: [] }
    this.#clients.set(client, progress)
    return progress
  }
}
