import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { argv } from 'node:process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { BrokerRig } from './broker-rig.js'

/** A broker in a process of its own, so that it can be killed. */
export class BrokerProcess {
  readonly port: number
  readonly #child: ChildProcess

  private constructor(child: ChildProcess, port: number) {
    this.#child = child
    this.port = port
  }

  static async start(directory: string): Promise<BrokerProcess> {
    const child = spawn(process.execPath, [fileURLToPath(import.meta.url), directory], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [line] = (await once(createInterface({ input: child.stdout! }), 'line')) as [string]
    return new BrokerProcess(child, Number(line))
  }

  /** As `kill -9`. */
  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const exited = once(this.#child, 'exit')
    this.#child.kill('SIGKILL')
    await exited
  }
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  const rig = await BrokerRig.start({}, argv[2])
  process.stdout.write(`${rig.port}\n`)
}
