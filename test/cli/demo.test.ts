import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { type DemoParts, demo } from '../../src/cli/demo.js'
import { textsIn } from '../../src/cli/texts.js'
import { silentLogger } from '../../src/core/logger.js'
import { LiveHub } from '../../src/live/hub.js'
import { HttpGateway } from '../support/http-gateway.js'
import { NO_PRESENCE } from '../support/no-presence.js'
import { packageRoot } from '../support/package-root.js'
import { RecordedTerminal } from '../support/terminal.js'

/** The HTTP side of a gateway, with live streams; `publish` takes the place of the broker. */
class DemoGateway {
  readonly gateway: HttpGateway
  readonly #hub: LiveHub
  closes = 0

  constructor() {
    this.gateway = new HttpGateway({
      upgrades: {
        '/live': {
          access: { role: 'viewer', scope: 'tree' },
          allowedOrigins: [],
          handle: (...upgrade) => this.#hub.handleUpgrade(...upgrade),
        },
      },
    })
    const { ledger } = this.gateway
    const { devices, registry, networking, latest, deadLetters, sinks } = this.gateway.inputs()
    const { tree } = registry
    const views = { ledger, devices, tree, networking, latest, deadLetters, sinks, presence: NO_PRESENCE }
    this.#hub = new LiveHub({ ...views, gatewayId: 'demo', logger: silentLogger })
  }

  get addresses() {
    return { mqtt: ['mqtt://127.0.0.1:1883'], http: this.gateway.url }
  }

  async publish(): Promise<void> {
    this.gateway.receive('', 40)
    this.gateway.receiveUndecodable('ningbo/moulding/line1/imm-01')
    await this.gateway.flush()
  }

  async close(): Promise<void> {
    this.closes++
    await this.#hub.close()
    await this.gateway.close()
  }
}

async function* table(): AsyncGenerator<string> {
  yield 'devices:\n  imm-01: { site: ningbo }\n'
}

describe('linegate demo', () => {
  let dataDirectory: string
  let running: DemoGateway
  beforeEach(() => {
    dataDirectory = mkdtempSync(join(tmpdir(), 'linegate-demo-'))
    running = new DemoGateway()
  })
  afterEach(() => rmSync(dataDirectory, { recursive: true }))

  const startGateway: DemoParts['startGateway'] = async (config) => {
    assert.equal(config.gateway.dataDirectory, dataDirectory)
    await running.gateway.start()
    return running
  }

  function context(terminal: RecordedTerminal, signal: AbortSignal) {
    return {
      texts: textsIn('en'),
      terminal,
      signal,
      onHangUp: () => undefined,
      environment: process.env,
      packageRoot: packageRoot(),
      version: '1.2.3',
    }
  }

  test('shows where to go, live counts, and at the end a ledger that balances', async () => {
    const terminal = new RecordedTerminal()
    const interruption = new AbortController()
    let silenced = false
    const runFactory: DemoParts['runFactory'] = async (brokerUrl, signal) => {
      assert.equal(brokerUrl, 'mqtt://127.0.0.1:1883')
      await running.publish()
      await new Promise((resolve) => signal.addEventListener('abort', resolve))
      silenced = true
    }
    const ended = demo(context(terminal, interruption.signal), {
      dataDirectory,
      startGateway,
      table,
      runFactory,
    })
    await terminal.shows('devices  1 active of 1 seen')
    interruption.abort()
    assert.equal(await ended, 0)
    assert.ok(silenced)
    assert.equal(running.closes, 1)
    assert.match(terminal.output, /^ {2}Open +http:\/\/127\.0\.0\.1:\d+$/m)
    assert.match(
      terminal.output,
      /mosquitto_pub -h 127\.0\.0\.1 -p 1883 -t factory\/ningbo\/moulding\/line1\/imm-01\/telemetry -m '\{"temperature":213\.4\}'\n/,
    )
    assert.match(terminal.output, /^\(all\) +41 +0 +40 +1 +0 +0 +0 +0 +0 +0$/m)
    assert.match(terminal.output, /It balances.*\nStopped cleanly\.\n$/)
  })

  test('closes the gateway and fails when the factory cannot publish', async () => {
    const terminal = new RecordedTerminal()
    const runFactory = () => Promise.reject(new Error('no such fleet'))
    const ended = demo(context(terminal, new AbortController().signal), {
      dataDirectory,
      startGateway,
      table,
      runFactory,
    })
    await assert.rejects(ended, /no such fleet/)
    assert.equal(running.closes, 1)
  })
})
