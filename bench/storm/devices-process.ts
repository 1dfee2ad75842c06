import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { stop } from '../processes.js'
import type { DevicesOptions, Round, RoundReport } from './devices.js'

const DEVICES = fileURLToPath(new URL('./devices.js', import.meta.url))

/** The devices of a storm, in a process of their own. */
export class DevicesProcess {
  readonly #child: ChildProcess

  private constructor(child: ChildProcess) {
    this.#child = child
  }

  /** Resolves when every device has published. */
  static async start(options: DevicesOptions): Promise<DevicesProcess> {
    const child = fork(DEVICES, [JSON.stringify(options)], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
    const devices = new DevicesProcess(child)
    const { missing } = await devices.#reported()
    if (missing === 0) return devices
    await devices.kill()
    throw new Error(`${missing} devices did not come in`)
  }

  /** All connections are cut and made anew at once. */
  storm(round: Round): Promise<RoundReport> {
    this.#child.send(round)
    return this.#reported()
  }

  kill(): Promise<void> {
    return stop(this.#child, 'SIGKILL')
  }

  async #reported(): Promise<RoundReport> {
    const ended = new AbortController()
    this.#child.once('exit', () => ended.abort(new Error('the process of the devices ended')))
    const [report] = (await once(this.#child, 'message', { signal: ended.signal })) as [RoundReport]
    return report
  }
}
