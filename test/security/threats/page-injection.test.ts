import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser } from 'playwright-core'
import { type LiveServer, startLive } from '../../support/live.js'
import { launchBrowser, openPage, see } from '../../support/page-browser.js'
import { pageServer } from '../../support/page-server.js'
import { sinkStatus, ViewsInMemory } from '../../support/views.js'

/** Without a slash, so that it fits into one level of a topic. */
const EVIL = '<img src=x onerror="window.ran=1">'
const LINK = '<a href="javascript:window.ran=1">'

let browser: Browser
let live: LiveServer

before(async () => {
  browser = await launchBrowser()
  const views = new ViewsInMemory()
  views.sinkStatuses = [sinkStatus({ name: 'influx', state: 'retrying', lagMs: 1, lastError: EVIL })]
  const slot = views.addDevice(`${EVIL}/workshop/${LINK}/dev${EVIL}`)
  views.receive(slot, 5)
  views.receiveUndecodable(slot, 'malformed')
  views.report(slot, EVIL, EVIL)
  live = await startLive(views, {}, { server: pageServer() })
})

after(async () => {
  await browser.close()
  await live.close()
})

test('names, values and words that are HTML are shown as they are written, and nothing of them runs', async () => {
  const { page, problems } = await openPage(browser, live.port)
  for (const name of [EVIL, 'workshop', LINK, `dev${EVIL}`]) {
    await page.locator('#tree .name-text', { hasText: name }).first().click({ timeout: 4_000 })
  }
  await see(page, '.value dd', EVIL)
  await see(page, '#sinks', /<img src=x onerror=/)
  await see(page, '#letters', /<img src=x onerror=/)
  assert.equal(await page.locator('#tree img, #letters img, #sinks img, a[href^="javascript:"]').count(), 0)
  assert.equal(await page.evaluate('window.ran'), undefined)
  assert.deepEqual(problems, [])
  await page.context().close()
})
