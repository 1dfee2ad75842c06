import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, afterEach, before, beforeEach, test } from 'node:test'
import { connectAsync, type MqttClient } from 'mqtt'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { GatewayProcess } from '../support/gateway-process.js'
import { launchBrowser, openPage, row, see } from '../support/page-browser.js'
import { pageBefore } from '../support/page-server.js'

const LINE = 'ningbo/moulding/line1'
const PUBLISH_EVERY_MS = 50
/** A device that is silent for so long is stale; one that publishes stays online even on a busy machine. */
const ALLOWED = { expectedIntervalMs: 500, survivalTimeMs: 1500 }

let browser: Browser
let gateway: GatewayProcess
let server: Server
let problems: readonly string[]
let pages: Page[]
let devices: MqttDevice[]

before(async () => {
  browser = await launchBrowser()
  gateway = await GatewayProcess.start(['sinks: [ { name: local, type: duckdb } ]'])
  server = pageBefore(gateway.httpPort).listen(0, '127.0.0.1')
  await once(server, 'listening')
})

after(async () => {
  await browser.close()
  server.closeAllConnections()
  server.close()
  await gateway.remove()
})

beforeEach(() => {
  pages = []
  devices = []
})

/** The next test finds no devices. */
afterEach(async () => {
  for (const page of pages) await page.context().close()
  for (const device of devices) await device.leave()
  const { devices: left } = await gateway.get<{ devices: { id: string }[] }>('/api/v1/devices')
  for (const { id } of left) await send('DELETE', id)
})

/** A device with a session of its own that publishes again and again until it is told to be silent. */
class MqttDevice {
  readonly #client: MqttClient
  readonly #topic: string
  #timer: NodeJS.Timeout | undefined

  constructor(client: MqttClient, topic: string) {
    this.#client = client
    this.#topic = topic
  }

  speak(): void {
    this.#timer = setInterval(
      () => this.#client.publish(this.#topic, '{"temperature":213.4}'),
      PUBLISH_EVERY_MS,
    )
  }

  beSilent(): void {
    clearInterval(this.#timer)
  }

  async leave(): Promise<void> {
    this.beSilent()
    await this.#client.endAsync()
  }
}

async function connect(id: string, line = LINE): Promise<MqttDevice> {
  const url = `mqtt://127.0.0.1:${gateway.mqttPort}`
  const client = await connectAsync(url, { clientId: id, reconnectPeriod: 0 })
  const device = new MqttDevice(client, `factory/${line}/${id}/telemetry`)
  devices.push(device)
  return device
}

async function send(method: string, path: string, body?: object): Promise<void> {
  const options = { method, headers: { 'content-type': 'application/json' } }
  const url = `${gateway.url}/api/v1/devices/${path}`
  const answer = await fetch(
    url,
    body === undefined ? { method } : { ...options, body: JSON.stringify(body) },
  )
  assert.ok(answer.ok, `${answer.status} ${await answer.clone().text()}`)
}

function register(id: string, line = 'line1'): Promise<void> {
  return send('PUT', id, { site: 'ningbo', area: 'moulding', line, device: id, ...ALLOWED })
}

async function open(options?: BrowserContextOptions, scriptBefore?: string): Promise<Page> {
  const { port } = server.address() as AddressInfo
  const opened = await openPage(browser, port, options, scriptBefore)
  problems = opened.problems
  pages.push(opened.page)
  return opened.page
}

async function openLine(page: Page, device: string): Promise<void> {
  const names = [...LINE.split('/'), device]
  for (const [i, name] of names.slice(0, -1).entries()) {
    await row(page, name).click()
    await row(page, names[i + 1]!).waitFor()
  }
}

/** Registered, connected, online, networking rate. */
async function seeFigures(page: Page, name: string, expected: readonly string[]): Promise<void> {
  for (const [i, kind] of ['registered', 'connected', 'fresh', 'networking'].entries()) {
    await see(page, row(page, name).locator(`.${kind}`), expected[i]!)
  }
}

test('with nothing registered the page says what to do instead of a rate, until a device is confirmed', async () => {
  const page = await open()
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  await see(page, '#unregistered-text', /No device is registered yet/)
  await see(page, '#register-command', `linegate devices import devices.csv --url ${origin}`)
  assert.ok(await page.locator('#networking-rate').isHidden())
  const device = await connect('imm-01')
  device.speak()
  await see(page, '#unregistered-text', /^1 discovered, none confirmed yet/)
  await see(page, '#register-command', `linegate devices list --status discovered --url ${origin}`)
  await openLine(page, 'imm-01')
  await seeFigures(page, 'imm-01', ['0', '0', '0', '—'])
  await see(page, row(page, 'imm-01').locator('.presences'), /^discoveredonlinesince /)
  await send('POST', 'imm-01/confirm')
  await see(page, '#networking-rate', '100%')
  assert.ok(await page.locator('#unregistered').isHidden())
  await seeFigures(page, 'imm-01', ['1', '1', '1', '100%'])
  await see(page, row(page, 'imm-01').locator('.presences'), /^onlinesince /)
  assert.deepEqual(problems, [])
})

test('figures and presence follow devices that connect, fall silent and leave', async () => {
  for (const id of ['a', 'b', 'c', 'd']) await register(id)
  const page = await open()
  await see(page, '#networking-rate', '0%')
  await see(page, '#networking-note', '0 of 4 registered devices are online')
  await openLine(page, 'a')
  await see(page, row(page, 'd').locator('.presence').first(), 'unknown')
  const [a, b, c] = [await connect('a'), await connect('b'), await connect('c')]
  for (const device of [a, b, c]) device.speak()
  await see(page, '#networking-rate', '75%')
  await see(page, '#session-rate', '75%')
  await see(page, '#delivery-rate', /^[\d,.]+%$/)
  for (const name of ['All', 'ningbo', 'moulding', 'line1'])
    await seeFigures(page, name, ['4', '3', '3', '75%'])
  await see(page, row(page, 'a').locator('.presence').first(), 'online')
  b.beSilent()
  await see(page, row(page, 'b').locator('.presence').first(), 'stale')
  await see(page, row(page, 'b').locator('.since'), /^since [\d:]+ \(\d+ s\)$/)
  const reason = /^stale since .*last message .*expected every 500 ms \+ 1\.5 s$/
  assert.match((await row(page, 'b').locator('.presences').getAttribute('title')) ?? '', reason)
  assert.match((await row(page, 'b').locator('.spoken').textContent()) ?? '', reason)
  await seeFigures(page, 'b', ['1', '1', '0', '0%'])
  for (const name of ['All', 'line1']) await seeFigures(page, name, ['4', '3', '2', '50%'])
  await c.leave()
  await see(page, row(page, 'c').locator('.presence').first(), 'offline')
  await see(page, row(page, 'line1').locator('.presences'), '1 stale1 offline1 unknown')
  await see(page, '#session-rate', '50%')
  await see(page, '#networking-rate', '25%')
  await see(page, '#networking-states', '1 online1 stale1 offline1 unknown')
  assert.deepEqual(problems, [])
})

test('a device that is moved takes its counts along, and its row; one that is removed leaves none', async () => {
  await register('a')
  await register('b')
  const page = await open()
  await openLine(page, 'b')
  await register('b', 'line2')
  await row(page, 'line2').waitFor()
  await seeFigures(page, 'line2', ['1', '0', '0', '0%'])
  await seeFigures(page, 'line1', ['1', '0', '0', '0%'])
  await row(page, 'b').waitFor({ state: 'detached' })
  await row(page, 'a').focus()
  await send('DELETE', 'a')
  await row(page, 'line1').waitFor({ state: 'detached' })
  await seeFigures(page, 'All', ['1', '0', '0', '0%'])
  assert.equal(
    await page.evaluate('document.activeElement.className'),
    'row level-2',
    'focus goes to the parent',
  )
  assert.deepEqual(problems, [])
})

const AN_HOUR_AHEAD = 'const now = Date.now; Date.now = () => now() + 3_600_000'

test('an open device says why it is in its state, in the language of the page and by the clock of the gateway', async () => {
  await register('a')
  const page = await open({ locale: 'zh-CN' }, AN_HOUR_AHEAD)
  await openLine(page, 'a')
  await row(page, 'a').click()
  await see(page, '.why', '未知：从未出现')
  const a = await connect('a')
  a.speak()
  await see(page, row(page, 'a').locator('.presence').first(), '在线')
  await a.leave()
  await see(page, '.why', /^自 .* 起离线：客户端 a 已断开，最后一条消息 [\d:]+$/)
  await see(page, row(page, 'a').locator('.since'), /^自 [\d:]+ 起（\d+ 秒）$/)
  await see(page, row(page, '全部').locator('.presences'), '1 离线')
  await page.locator('#language').click()
  await see(page, '.why', /^offline since .*: client a disconnected, last message [\d:]+$/)
  await see(page, row(page, 'a').locator('.presence').first(), 'offline')
  assert.deepEqual(problems, [])
})
