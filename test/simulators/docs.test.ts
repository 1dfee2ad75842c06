import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { parseFleet } from '../../simulators/fleet.js'
import { PROFILES } from '../../simulators/profiles/index.js'
import { packageRoot } from '../support/package-root.js'

for (const name of ['simulators.md', 'simulators.zh-CN.md']) {
  const page = readFileSync(join(packageRoot(), 'docs', name), 'utf8')

  test(`${name} names every profile and signal`, () => {
    for (const profile of PROFILES) {
      for (const word of [profile.name, profile.prefix, ...Object.keys(profile.ranges)]) {
        assert.ok(page.includes(`\`${word}\``), word)
      }
    }
  })

  test(`the fleet file shown in ${name} is valid`, () => {
    const [, example] = /```yaml\n([\s\S]*?)```/.exec(page) ?? []
    assert.equal(parseFleet(example ?? '').devices.length, 8)
  })
}
