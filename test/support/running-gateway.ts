import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { connectAsync, type MqttClient } from 'mqtt'
import { loadConfig } from '../../src/config/load.js'
import { silentLogger } from '../../src/core/logger.js'
import { mappingsAreSound } from '../../src/decode/mapping/index.js'
import { type Gateway, startGateway } from '../../src/gateway.js'
import { removeDirectory, temporaryDirectory } from './state.js'

/** A whole gateway in this process, with its configuration in a file. */
export class RunningGateway {
  readonly directory = temporaryDirectory()
  readonly file = join(this.directory, 'gateway.yaml')
  #gateway!: Gateway
  #client: MqttClient | undefined

  /** @param sections YAML beside gateway, mqtt and http */
  static async start(sections: string): Promise<RunningGateway> {
    const running = new RunningGateway()
    running.write(sections)
    const load = () => loadConfig(running.file, { checks: [mappingsAreSound] })
    const { directory } = running
    running.#gateway = await startGateway(load(), { logger: silentLogger, load, directory })
    return running
  }

  write(sections: string): void {
    const own = [
      `gateway: { id: test, dataDirectory: '${join(this.directory, 'data')}' }`,
      'mqtt: { listeners: [ { protocol: mqtt, host: 127.0.0.1, port: 0 } ] }',
      'http: { host: 127.0.0.1, port: 0 }',
    ]
    writeFileSync(this.file, `${own.join('\n')}\n${sections}\n`)
  }

  get url(): string {
    return this.#gateway.addresses.http
  }

  get mqttUrl(): string {
    return this.#gateway.addresses.mqtt[0]!
  }

  /** At QoS 1; resolves with the acknowledgement. */
  async publish(topic: string, payload: string): Promise<void> {
    this.#client ??= await connectAsync(this.mqttUrl, { clientId: 'plc' })
    await this.#client.publishAsync(topic, payload, { qos: 1 })
  }

  post(path: string, body?: unknown): Promise<Response> {
    const init = { method: 'POST', headers: { 'content-type': 'application/json' } }
    return fetch(
      this.url + path,
      body === undefined ? { method: 'POST' } : { ...init, body: JSON.stringify(body) },
    )
  }

  async close(): Promise<void> {
    await this.#client?.endAsync(true)
    await this.#gateway.close()
    removeDirectory(this.directory)
  }
}
