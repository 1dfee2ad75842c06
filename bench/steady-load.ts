import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { LoadOptions, LoadResult } from './load.js'

const LOAD = fileURLToPath(new URL('./load.js', import.meta.url))

/** Messages at a fixed rate, in a process of its own, from when it is started until it is stopped. */
export class SteadyLoad {
  readonly #child: ChildProcess
  #printed = ''

  private constructor(child: ChildProcess) {
    this.#child = child
    child.stdout!.setEncoding('utf8').on('data', (text: string) => {
      this.#printed += text
    })
  }

  /** Resolves when all connections are there and messages become due. */
  static async start(options: LoadOptions & { readonly rate: number }): Promise<SteadyLoad> {
    const child = fork(LOAD, [JSON.stringify(options)], { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] })
    const load = new SteadyLoad(child)
    await Promise.race([once(child, 'message'), failing(child)])
    return load
  }

  async stop(): Promise<LoadResult> {
    const closed = once(this.#child, 'close')
    if (this.#child.connected) this.#child.send('stop')
    await closed
    return JSON.parse(this.#printed) as LoadResult
  }
}

async function failing(child: ChildProcess): Promise<never> {
  const [code] = (await once(child, 'exit')) as [number | null]
  throw new Error(`the load generator ended with ${code}`)
}
