// Takes the screenshots of docs/screenshots from a running demo:
//
//     npm run demo & sleep 30; node scripts/screenshots.js [http://127.0.0.1:8080]
//
// CHROMIUM names another browser than /usr/bin/chromium. Chinese text needs a CJK font on the machine.
import { mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'

const url = process.argv[2] ?? 'http://127.0.0.1:8080'
const folder = join(dirname(fileURLToPath(import.meta.url)), '..', 'docs', 'screenshots')
const SHOTS = [
  { name: 'overview-en', locale: 'en-GB', colorScheme: 'light', width: 1360, height: 1400 },
  { name: 'overview-zh', locale: 'zh-CN', colorScheme: 'light', width: 1360, height: 1400 },
  { name: 'overview-dark', locale: 'en-GB', colorScheme: 'dark', width: 1360, height: 1400 },
  { name: 'overview-phone', locale: 'zh-CN', colorScheme: 'dark', width: 400, height: 860 },
]

mkdirSync(folder, { recursive: true })
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-sync',
  ],
})
for (const { name, locale, colorScheme, width, height } of SHOTS) {
  const page = await browser.newPage({
    locale,
    colorScheme,
    viewport: { width, height },
    deviceScaleFactor: 1.5,
  })
  await page.goto(url)
  // Long enough for the sparkline to have a shape.
  await page.waitForTimeout(12_000)
  await page.screenshot({ path: join(folder, `${name}.png`) })
  await page.close()
}
await browser.close()
