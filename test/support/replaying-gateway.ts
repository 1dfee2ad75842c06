import { silentLogger } from '../../src/core/logger.js'
import { Column } from '../../src/core/tally.js'
import type { TrialMessage, TrialResult } from '../../src/core/trial.js'
import { Replay } from '../../src/replay.js'
import { HttpGateway } from './http-gateway.js'

/** Of a letter's payload: it is decoded by now. */
export const MENDED = 'mended'

/** An HTTP server over a real spool and a real replay, before a route that takes only what is `MENDED`. */
export class ReplayingGateway {
  readonly http: HttpGateway
  readonly #replay: Replay

  constructor() {
    const replay = () => this.#replay
    this.http = new HttpGateway({
      replay: {
        get replaying() {
          return replay()
        },
        trial: () => ({ run: (messages) => messages.map(tried) }),
      },
    })
    const { spool } = this.http
    this.#replay = new Replay({
      letters: spool.deadLetters,
      spool,
      logger: silentLogger,
      readmit: ({ id, slot, payload }) => {
        if (payload.toString() !== MENDED) {
          const reason = { code: 'bad_type', message: 'still not' } as const
          spool.alongside(() => spool.deadLetters.rewrite(id, reason))
          return { kind: 'refused', reason }
        }
        spool.open.tally.add(slot, Column.deadLettered, -1)
        spool.open.tally.add(slot, Column.decoded, 1)
        spool.alongside(() => spool.deadLetters.remove(id))
        return { kind: 'decoded' }
      },
    })
  }

  close(): Promise<void> {
    this.#replay.stop()
    return this.http.close()
  }
}

function tried({ topic, payload }: TrialMessage): TrialResult {
  const result = { topic, route: 'factory/#', decoder: 'json', points: [] }
  if (payload.toString() === MENDED) return result
  return { ...result, failure: { reason: 'bad_type', message: 'still not', path: '', line: 0, column: 0 } }
}
