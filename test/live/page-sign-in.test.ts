import assert from 'node:assert/strict'
import { after, afterEach, before, beforeEach, test } from 'node:test'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { silentLogger } from '../../src/core/logger.js'
import { OidcSignIn } from '../../src/security/people/oidc.js'
import { CLIENT, OpenIdProvider } from '../support/openid-provider.js'
import { eventually, launchBrowser, see } from '../support/page-browser.js'
import { BY_LOCAL, GOOD_PASSWORD } from '../support/people.js'
import { PeopleServer } from '../support/people-server.js'
import { freePort } from '../support/ports.js'

const ENGLISH: BrowserContextOptions = { locale: 'en-US' }

let browser: Browser
let provider: OpenIdProvider
let server: PeopleServer
let page: Page
/** What the browser refused by the policy of the page. */
let violations: string[]

before(async () => {
  browser = await launchBrowser()
  provider = new OpenIdProvider({ wang: ['operators'], zhao: [] })
  await provider.start()
  const port = await freePort()
  const publicUrl = `http://127.0.0.1:${port}`
  provider.serve(publicUrl)
  const oidc = new OidcSignIn({
    ...CLIENT,
    issuer: provider.issuer,
    name: 'Plant SSO',
    claim: 'groups',
    roles: [{ value: 'operators', role: 'operator', scope: 'ningbo' }],
    publicUrl,
    isSecure: false,
    logger: silentLogger,
  })
  server = await new PeopleServer({ oidc, port, signInNotice: NOTICE }).start()
  await server.rig.people.users.add(
    { name: 'anna', displayName: 'Anna Z.', role: 'admin', password: GOOD_PASSWORD },
    BY_LOCAL,
  )
})

beforeEach(() => open())
afterEach(() => page.context().close())

after(async () => {
  await browser.close()
  await server.close()
  await provider.stop()
})

async function open(options = ENGLISH): Promise<void> {
  page = await (await browser.newContext(options)).newPage()
  violations = []
  page.on('console', (message) => {
    if (/Content Security Policy/.test(message.text())) violations.push(message.text())
  })
  await page.goto(`${server.url}/`)
}

async function signInByKeyboard(password = GOOD_PASSWORD): Promise<void> {
  await page.locator('#sign-in-name:focus').waitFor()
  await page.keyboard.type('anna')
  await page.keyboard.press('Tab')
  await page.keyboard.type(password)
  await page.keyboard.press('Enter')
}

const NOTICE = { en: 'For authorised staff.\nUse is <b>recorded</b>.', zh: '仅限授权人员使用。' }

test('a notice of use is read before signing in, in the language of the page, and as it was written', async () => {
  await see(page, '#sign-in-notice', NOTICE.en)
  await page.locator('#language').click()
  await see(page, '#sign-in-notice', NOTICE.zh)
})

test('who is not signed in sees a form and nothing else; the keyboard alone signs in, and out', async () => {
  await page.locator('#sign-in').waitFor()
  assert.ok(await page.locator('#console').isHidden())
  assert.equal(await page.locator('#sign-in-password').getAttribute('autocomplete'), 'current-password')
  await signInByKeyboard()
  await see(page, '#who-name', 'Anna Z.')
  await see(page, '#who-role', 'administrator')
  await see(page, '#who-scope', 'whole plant')
  await see(page, '#state', 'Live')
  assert.ok(await page.locator('#sign-in').isHidden())
  await page.locator('#sign-out').focus()
  await page.keyboard.press('Enter')
  await page.locator('#sign-in').waitFor()
  assert.ok(await page.locator('#who').isHidden())
  assert.deepEqual(violations, [])
})

test('a wrong password is said in words, the name stays, and the right one still works', async () => {
  await signInByKeyboard('wrong')
  await see(page, '#sign-in-problem', 'The user name or the password is not right.')
  assert.equal(await page.locator('#sign-in-name').inputValue(), 'anna')
  await page.locator('#sign-in-password:focus').waitFor()
  await page.keyboard.type(GOOD_PASSWORD)
  await page.keyboard.press('Enter')
  await see(page, '#who-name', 'Anna Z.')
})

test('too many wrong passwords say how long to wait, in Chinese too', async () => {
  await page.locator('#sign-in-name').fill('victim')
  for (let n = 0; n < 4; n++) {
    await page.locator('#sign-in-password').fill('wrong')
    await page.locator('#sign-in-submit').click()
    await page.locator('#sign-in-submit:enabled').waitFor()
  }
  await see(page, '#sign-in-problem', /Wait \d+ s, then try again/)
  await page.locator('#language').click()
  await see(page, '#sign-in-problem', /请等待 \d+ 秒后再试/)
  await see(page, '#sign-in h2', '登录')
  server.rig.nowMs += 20 * 60_000
})

test('a session that an administrator ends leads back to the form at once, which says so', async () => {
  await signInByKeyboard()
  await see(page, '#state', 'Live')
  await server.rig.people.users.change('anna', { password: GOOD_PASSWORD }, BY_LOCAL)
  await see(page, '#sign-in-problem', 'Your session has ended. Sign in again.')
  assert.ok(await page.locator('#console').isHidden())
  await signInByKeyboard()
  await see(page, '#who-name', 'Anna Z.')
  await eventually(
    () => !page.url().includes('signIn'),
    () => 'the address to say nothing of it any more',
  )
})

test('the language of the user is that of the page, unless the browser was told another', async () => {
  await server.rig.people.users.change('anna', { language: 'zh' }, BY_LOCAL)
  await signInByKeyboard()
  await see(page, '#who-role', '管理员')
  await page.locator('#language').click()
  await page.reload()
  await see(page, '#who-role', 'administrator')
  await server.rig.people.users.change('anna', { language: null }, BY_LOCAL)
})

async function throughProvider(login: string): Promise<void> {
  await page.locator('#sign-in-oidc:text-is("Plant SSO")').click()
  await page.locator('input[name=login]').fill(login)
  await page.locator('input[name=password]').fill('any')
  await page.locator('button[type=submit]').click()
}

test('the button signs in through the provider, which is another site', async () => {
  await throughProvider('wang')
  await see(page, '#who-name', 'wang at the provider')
  await see(page, '#who-role', 'operator')
  await see(page, '#who-scope', 'ningbo')
  await see(page, '#state', 'Live')
})

test('whom the provider knows without a role reads why, and can go on with a password', async () => {
  await throughProvider('zhao')
  await see(page, '#sign-in-problem', 'You have no role at this gateway. Ask an administrator for one.')
  await signInByKeyboard()
  await see(page, '#who-name', 'Anna Z.')
})
