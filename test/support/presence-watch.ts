import assert from 'node:assert/strict'
import type { PresenceTransition } from '../../src/live/protocol.js'
import { LiveClient } from './live.js'

/** An operator who watches the presence of several parts of the plant, each small enough that no transition is left out. */
export class PresenceWatch {
  readonly #live: LiveClient

  private constructor(live: LiveClient) {
    this.#live = live
  }

  static async start(httpPort: number, scopes: readonly string[]): Promise<PresenceWatch> {
    const live = await LiveClient.connect(httpPort)
    for (const scope of scopes) {
      live.send({ type: 'subscribe', id: scope, topic: 'presence', scope, intervalMs: 100 })
    }
    for (let n = 0; n < scopes.length; n++) await live.next('snapshot')
    return new PresenceWatch(live)
  }

  /** All that were streamed so far, those before the first frame included, in order of their ids. */
  transitions(): PresenceTransition[] {
    const found = this.#live.frames.flatMap((frame) => {
      if ((frame.type !== 'snapshot' && frame.type !== 'update') || frame.topic !== 'presence') return []
      assert.equal(frame.data.transitionsOmitted, 0)
      return frame.data.transitions
    })
    return found.sort((a, b) => a.id - b.id)
  }

  close(): Promise<void> {
    return this.#live.close()
  }
}
