import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { pathOf } from '../../src/http/openapi.js'
import { ROUTES } from '../../src/http/routes/index.js'
import { packageRoot } from '../support/package-root.js'

const WORDS = {
  'roles.md': { anyone: 'anyone', tree: 'tree', plant: 'plant', self: 'self' },
  'roles.zh-CN.md': { anyone: '任何人', tree: '树', plant: '工厂', self: '本人' },
} as const

describe('the table of roles', () => {
  for (const [name, words] of Object.entries(WORDS)) {
    it(`says in ${name} of every address who may ask, and of no other`, () => {
      const text = readFileSync(join(packageRoot(), 'docs', name), 'utf8')
      const rows = text.split('\n').filter((line) => /^\| `(GET|PUT|PATCH|POST|DELETE) [^`]*` \|/.test(line))
      const expected = ROUTES.map((route) => {
        const { access, method = 'GET' } = route.spec
        const who =
          access === 'anyone' ? `${words.anyone} | |` : `\`${access.role}\` | ${words[access.scope]} |`
        return `| \`${method} ${pathOf(route)}\` | ${who}`
      })
      assert.deepEqual(rows.sort(), expected.sort())
    })
  }
})
