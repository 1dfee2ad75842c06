import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface, type Interface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import type { DeviceClientsOptions } from './device-names.js'

const PROGRAM = fileURLToPath(new URL('./device-clients.js', import.meta.url))

/** Devices with MQTT clients in a process of their own, which can be killed or frozen. */
export class DeviceClientsProcess {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>
  readonly #lines: Interface

  constructor(options: DeviceClientsOptions) {
    this.#child = spawn(process.execPath, [PROGRAM, JSON.stringify(options)], {
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    this.#lines = createInterface({ input: this.#child.stdout })
  }

  /** All connections are lost at once, without DISCONNECT, and are made anew. */
  async storm(): Promise<void> {
    this.#child.stdin.write('storm\n')
    await this.#says('storm')
  }

  /** Every client that is connected has just sent a ping. */
  pinged(): Promise<void> {
    return this.#says('pinged')
  }

  /** Connections stay open, and nothing comes over them. */
  freeze(): void {
    this.#child.kill('SIGSTOP')
  }

  thaw(): void {
    this.#child.kill('SIGCONT')
  }

  /** The system closes the sockets; no client says DISCONNECT. */
  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const exit = once(this.#child, 'exit')
    this.#child.kill('SIGKILL')
    await exit
  }

  async #says(word: string): Promise<void> {
    for (;;) {
      const [line] = (await once(this.#lines, 'line')) as [string]
      if (line === word) return
    }
  }
}
