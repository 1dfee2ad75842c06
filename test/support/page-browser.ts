import assert from 'node:assert/strict'
import { type Browser, type BrowserContextOptions, chromium, type Locator, type Page } from 'playwright-core'

export function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: [
      ...['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'],
      ...['--disable-component-update', '--disable-sync'],
    ],
  })
}

/** A page, and what it logged as an error, threw, or asked of another host: problems. */
export interface OpenedPage {
  readonly page: Page
  readonly problems: readonly string[]
}

export async function openPage(
  browser: Browser,
  port: number,
  options: BrowserContextOptions = { locale: 'en-US' },
  scriptBefore = '',
): Promise<OpenedPage> {
  const page = await (await browser.newContext(options)).newPage()
  const origin = `http://127.0.0.1:${port}`
  const problems: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(message.text())
  })
  page.on('pageerror', (error) => problems.push(error.message))
  page.on('request', (request) => {
    if (!request.url().startsWith(origin)) problems.push(`request to ${request.url()}`)
  })
  await page.addInitScript(scriptBefore)
  await page.goto(`${origin}/`)
  return { page, problems }
}

/** Waits until the text is, or matches, what is expected. */
export async function see(page: Page, where: string | Locator, expected: string | RegExp): Promise<void> {
  const locator = typeof where === 'string' ? page.locator(where) : where
  let content: string | null = null
  const matches = async () => {
    content = await locator.first().textContent()
    return typeof expected === 'string' ? content === expected : expected.test(content ?? '')
  }
  await eventually(matches, () => `${where} to show ${expected}, it shows ${content}`)
}

/** The line of a node of the tree. */
export function row(page: Page, name: string): Locator {
  return page.locator('#tree .row', { has: page.locator(`.name-text:text-is("${name}")`) }).first()
}

/** The limit only ends a test that would wait for ever. */
export async function eventually(
  condition: () => boolean | Promise<boolean>,
  what: () => string,
): Promise<void> {
  const limit = performance.now() + 15_000
  while (!(await condition())) {
    assert.ok(performance.now() < limit, `waited in vain for ${what()}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
