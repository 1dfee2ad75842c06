import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { type FreezableProxy, startProxy } from '../support/freezable-proxy.js'
import { type LiveServer, startLive } from '../support/live.js'
import { eventually, launchBrowser, openPage, row, see } from '../support/page-browser.js'
import { pageServer } from '../support/page-server.js'
import { NO_FIGURES, sinkStatus, ViewsInMemory } from '../support/views.js'

const PUBLISH = { host: '0.0.0.0', port: 1884, topic: 'factory/ningbo/moulding/line1/imm-01/telemetry' }
const OPTIONS = { heartbeatMs: 300, publish: PUBLISH }

let browser: Browser
let proxy: FreezableProxy
let views: ViewsInMemory
let live: LiveServer | undefined
let problems: readonly string[]

before(async () => {
  browser = await launchBrowser()
  proxy = await startProxy(() => live?.port ?? 1)
})

beforeEach(async () => {
  await live?.close()
  views = new ViewsInMemory()
  live = await startLive(views, OPTIONS, { server: pageServer() })
})

after(async () => {
  await browser.close()
  await live?.close()
  await proxy.close()
})

async function open(options?: BrowserContextOptions): Promise<Page> {
  const opened = await openPage(browser, proxy.port, options)
  problems = opened.problems
  return opened.page
}

function figure(flow: string, nth: number): string {
  return `#${flow}-flow .term:nth-child(${nth}) .figure`
}

test('an empty gateway shows the command that publishes to it; the first message replaces it by figures', async () => {
  const page = await open()
  await see(
    page,
    '#command',
    `mosquitto_pub -h 127.0.0.1 -p 1884 -t '${PUBLISH.topic}' -m '{"temperature":213.4}'`,
  )
  assert.ok(await page.locator('#empty').isVisible())
  views.receive(views.addDevice('ningbo/moulding/line1/imm-01'), 1234)
  await see(page, figure('message', 1), '1,234')
  await see(page, figure('point', 2), '1,234')
  assert.ok(await page.locator('#empty').isHidden())
  await see(page, '#message-flow .check', 'adds up')
  await see(page, '#gateway', 'plant-1')
  assert.deepEqual(problems, [])
  await page.context().close()
})

test('figures move, and the ledger on the page is the ledger of the gateway', async () => {
  const slot = views.addDevice('ningbo/moulding/line1/imm-01')
  views.receive(slot, 10)
  const page = await open()
  await see(page, figure('message', 1), '10')
  views.receive(slot, 90)
  views.receiveUndecodable(slot, 'malformed')
  await see(page, figure('message', 1), '101')
  await see(page, figure('message', 4), '1')
  await see(page, '#message-rate', /[1-9]/)
  await see(page, '#message-rate', '0')
  await see(page, '#letters', /malformed.*the payload is not of its format.*ningbo\/moulding\/line1\/imm-01/)
  await see(page, '#letters-note', '1 kept, 1 since this page was opened')
  await page.locator('#language').click()
  await see(page, '#letters', /malformed.*载荷不符合其格式/)
  assert.match((await page.locator('#message-spark .spark-line').getAttribute('d')) ?? '', /^M/)
  assert.deepEqual(problems, [])
  await page.context().close()
})

test('a ledger that does not add up is said so, not painted over', async () => {
  views.receive(views.addDevice('ningbo/moulding/line1/imm-01'), 10)
  views.ledger.rows[1]!.messages.received = 13
  const page = await open()
  await see(page, '#message-flow .check', 'off by 3')
  await page.context().close()
})

const BELOW: Record<string, string> = { moulding: 'line1', line1: 'imm-01' }

test('the tree opens by mouse and keyboard down to the values of a device', async () => {
  const slot = views.addDevice('ningbo/moulding/line1/imm-01')
  views.receive(views.addDevice('hangzhou/cnc/line1/cnc-01'), 5)
  views.report(slot, 'temperature', 213.4)
  const page = await open()
  await row(page, 'ningbo').click()
  await row(page, 'moulding').waitFor()
  for (const name of ['moulding', 'line1', 'imm-01']) {
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('ArrowRight')
    assert.equal(await row(page, name).getAttribute('aria-expanded'), 'true')
    if (name !== 'imm-01') await row(page, BELOW[name]!).waitFor()
  }
  await see(page, '.value dd', '213.4')
  views.report(slot, 'temperature', 214)
  await see(page, '.value dd', '214')
  await row(page, 'ningbo').click()
  assert.ok(await page.locator('.value').isHidden())
  await eventually(
    () => live!.hub.statistics.subscriptions === 2,
    () => 'closed nodes to end their streams',
  )
  assert.deepEqual(problems, [])
  await page.context().close()
})

test('a sink that is down is shown with its lag and its own words', async () => {
  views.sinkStatuses = [
    sinkStatus({ name: 'influx', state: 'retrying', lagMs: 93_400, lastError: 'refused' }),
  ]
  const page = await open()
  await see(page, '#sinks', /influx.*Retrying.*93\.4 s.*refused/)
  await page.context().close()
})

test('a connection that is silent is called old data; when it speaks again the page is live', async () => {
  const slot = views.addDevice('ningbo/moulding/line1/imm-01')
  views.receive(slot, 10)
  const page = await open()
  await see(page, '#state', 'Live')
  proxy.freeze()
  await see(page, '#state', 'Silent')
  await see(page, '#state-detail', /data is \d+ s old/)
  views.receive(slot, 1)
  proxy.thaw()
  await see(page, '#state', 'Live')
  await see(page, figure('message', 1), '11')
  assert.deepEqual(problems, [])
  await page.context().close()
})

test('when the gateway goes away and comes back the page reconnects and shows what it missed', async () => {
  const slot = views.addDevice('ningbo/moulding/line1/imm-01')
  views.receive(slot, 10)
  const page = await open()
  await see(page, figure('message', 1), '10')
  await row(page, 'ningbo').click()
  await row(page, 'moulding').waitFor()
  const { close } = live!
  live = undefined
  await close()
  await see(page, '#state', 'Connection lost')
  await see(page, '#state-detail', /data is \d+ s old, trying again/)
  assert.equal(await page.locator(figure('message', 1)).textContent(), '10', 'the last figures stay')
  views.receive(slot, 32)
  live = await startLive(views, OPTIONS, { server: pageServer() })
  await see(page, '#state', 'Live')
  await see(page, figure('message', 1), '42')
  await see(page, '#tree .inside .row .messages', '42')
  await page.context().close()
})

test('the language is the one of the browser, can be switched, and is remembered', async () => {
  views.receive(views.addDevice('ningbo/moulding/line1/imm-01'), 10)
  const page = await open({ locale: 'zh-CN' })
  await see(page, '#state', '实时')
  await see(page, '#message-flow .term:nth-child(2) .label', '已解码')
  assert.equal(await page.locator('html').getAttribute('lang'), 'zh-CN')
  await page.locator('#language').click()
  await see(page, '#state', 'Live')
  await see(page, '#message-flow .term:nth-child(2) .label', 'Decoded')
  await see(page, '.headline h2', 'Networking rate')
  await page.reload()
  await see(page, '#state', 'Live')
  assert.equal(await page.locator('html').getAttribute('lang'), 'en')
  assert.deepEqual(problems, [])
  await page.context().close()
})

const DELIVERED = { deliveryRate: { minute: 1.0321, hour: null, shift: null } }

test('a device that no presence frame tells of is shown as its counts say', async () => {
  const states = ['fresh', 'stale', 'offline', 'unknown'] as const
  for (const [i, state] of states.entries()) {
    const rates = { networkingRate: i === 0 ? 1 : 0, sessionRate: 0, ...DELIVERED }
    views.figures[views.addDevice(`ningbo/moulding/line1/${i}`)] = {
      ...{ ...NO_FIGURES, registered: 1, ...rates },
      [state]: 1,
    }
  }
  views.figures[views.addDevice('ningbo/moulding/line1/4')] = { ...NO_FIGURES, discovered: 1 }
  const page = await open()
  for (const name of ['ningbo', 'moulding', 'line1']) await row(page, name).click()
  const words = ['online', 'stale', 'offline', 'unknown', 'discovered']
  for (const [i, word] of words.entries()) await see(page, row(page, String(i)).locator('.presences'), word)
  await see(page, row(page, '0').locator('.networking'), '100%')
  await see(page, row(page, '0').locator('.delivery'), '103.2%')
  await see(page, row(page, '4').locator('.delivery'), '—')
  assert.equal(await row(page, '1').locator('.fresh.some').count(), 1)
  await page.context().close()
})

test('nothing is wider than a phone, in either language and scheme', async () => {
  for (const path of ['ningbo/moulding/line1/imm-01', 'hangzhou/machining/line1/cnc-01']) {
    const slot = views.addDevice(path)
    views.receive(slot, 123_456_789)
    views.figures[slot] = { ...NO_FIGURES, registered: 371_000, connected: 371_000, ...DELIVERED }
  }
  views.receiveUndecodable(1, 'malformed')
  views.sinkStatuses = [sinkStatus({ lastError: 'x'.repeat(200), pendingPoints: 123_456_789 })]
  for (const [locale, colorScheme] of [
    ['en-US', 'light'],
    ['zh-CN', 'dark'],
  ] as const) {
    const page = await open({ locale, colorScheme, viewport: { width: 360, height: 800 } })
    await see(page, figure('message', 1), /246,913,579/)
    for (const name of ['ningbo', 'moulding', 'line1']) await row(page, name).click()
    await see(page, row(page, 'imm-01').locator('.registered'), '371,000')
    const scrollWidth = Number(await page.evaluate('document.documentElement.scrollWidth'))
    const background = await page.evaluate('getComputedStyle(document.body).backgroundColor')
    assert.ok(scrollWidth <= 360, `${scrollWidth} pixels`)
    assert.equal(background, colorScheme === 'light' ? 'rgb(238, 241, 238)' : 'rgb(11, 18, 17)')
    await page.context().close()
  }
})
