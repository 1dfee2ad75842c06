import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { parse } from 'yaml'
import { openApiYaml, pathOf } from '../../src/http/openapi.js'
import { ROUTES } from '../../src/http/routes/index.js'
import { packageRoot } from '../support/package-root.js'

describe('docs/openapi.yaml', () => {
  it('is what the routes say', () => {
    const written = readFileSync(join(packageRoot(), 'docs', 'openapi.yaml'), 'utf8')
    assert.equal(written, openApiYaml(), 'write openApiYaml() to docs/openapi.yaml')
  })

  it('has every address with its parameters', () => {
    const { paths } = parse(openApiYaml()) as { paths: Record<string, { get: { parameters?: object[] } }> }
    assert.deepEqual(new Set(Object.keys(paths)), new Set(ROUTES.map(pathOf)))
    assert.deepEqual(paths['/api/v1/dead-letters/{id}']?.get.parameters, [
      {
        name: 'id',
        in: 'path',
        required: true,
        schema: { type: 'integer', minimum: 1, maximum: 2 ** 53 - 1 },
      },
    ])
  })

  it('is described, address by address, in docs/api.md and its translation', () => {
    for (const name of ['api.md', 'api.zh-CN.md']) {
      const text = readFileSync(join(packageRoot(), 'docs', name), 'utf8')
      for (const path of ROUTES.map(pathOf)) assert.ok(text.includes(path), `${path} in ${name}`)
    }
  })
})
