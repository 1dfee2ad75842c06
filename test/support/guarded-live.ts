import { WebSocket } from 'ws'
import type { GuardedGateway } from './guarded-gateway.js'
import { eventually } from './ports.js'

/** A client of `/live` of a guarded gateway; it keeps each frame as it came. */
export class GuardedLive {
  readonly texts: string[] = []
  /** The code that it was closed with. */
  readonly closed: Promise<number>
  readonly #socket: WebSocket

  private constructor(socket: WebSocket) {
    this.#socket = socket
    socket.on('message', (bytes) => this.texts.push(String(bytes)))
    this.closed = new Promise((resolve) => {
      socket.once('close', resolve)
    })
  }

  /**
   * @param headers of the upgrade: cookie, authorization, origin
   * @throws with the HTTP status in its message when the upgrade is refused
   */
  static async connect(
    gateway: GuardedGateway,
    headers: Readonly<Record<string, string>>,
  ): Promise<GuardedLive> {
    const socket = new WebSocket(`wss://127.0.0.1:${gateway.ports.http}/live`, { ca: gateway.ca, headers })
    const live = new GuardedLive(socket)
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject))
    await live.text(/"hello"/)
    return live
  }

  send(message: object): void {
    this.#socket.send(JSON.stringify(message))
  }

  /** The first frame that looks like this, when it has come. */
  text(pattern: RegExp): Promise<string> {
    return eventually(`a frame like ${pattern}`, () => this.texts.find((text) => pattern.test(text)))
  }

  async close(): Promise<void> {
    this.#socket.close()
    await this.closed
  }
}
