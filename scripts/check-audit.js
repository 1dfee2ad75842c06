// Asks the registry for known weaknesses of what ships at run time (npm audit), and fails on those that
// docs/supply-chain.md does not explain.
//
//     node scripts/check-audit.js
//
// Exit code 0: asked, and nothing unexplained. 1: findings. 2: nobody could be asked, which is no "clean": mirrors often lack
// this endpoint, and then it is to be run where the public registry can be reached.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from './lock-file.js'

const { stdout, stderr } = spawnSync('npm', ['audit', '--omit=dev', '--json'], {
  cwd: ROOT,
  encoding: 'utf8',
})
const report = parsed(stdout)
if (report?.vulnerabilities === undefined) notAsked()
else judge(Object.values(report.vulnerabilities))

function parsed(text) {
  try {
    return JSON.parse(text)
  } catch {
    // What npm says when it fails need not be JSON: its standard error is shown then.
    return undefined
  }
}

function notAsked() {
  console.error(
    'NOT AUDITED: the registry that npm is configured for answers no audit. Nothing is known either way.',
  )
  console.error('Run "npm audit --omit=dev" where the public registry can be reached.')
  console.error((report?.message ?? stderr).trim())
  process.exitCode = 2
}

/** Advisories by their ids (GHSA-…); those that come through another package are with that one. */
function judge(vulnerabilities) {
  const explained = readFileSync(join(ROOT, 'docs', 'supply-chain.md'), 'utf8')
  const advisories = vulnerabilities.flatMap(({ name, via }) =>
    via
      .filter((cause) => typeof cause === 'object')
      .map(({ url, title, severity }) => ({ name, url, title, severity })),
  )
  for (const { name, url, title, severity } of advisories) {
    const id = url.split('/').at(-1)
    const isExplained = explained.includes(id)
    console.log(`${isExplained ? 'explained' : 'FOUND'} ${severity} ${name}: ${title} (${url})`)
    if (!isExplained) process.exitCode = 1
  }
  console.log(`${advisories.length} advisories for what ships.`)
}
