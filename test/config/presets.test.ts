import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { loadConfig } from '../../src/config/load.js'
import { presetNames } from '../../src/config/presets.js'
import { ConfigInvalidError, parseConfig } from '../../src/config/validate.js'
import { describeViolation } from '../../src/config/violation.js'
import { mappingsAreSound } from '../../src/decode/mapping/index.js'

const directory = mkdtempSync(join(tmpdir(), 'linegate-presets-'))
after(() => rmSync(directory, { recursive: true }))

const HEAD = `title: { en: Mine, zh-CN: 我的 }
source: ['https://vendor.example/format']
topic: mine/{device}
`
const MINE = `${HEAD}decoder: cbor
compression: gzip
timestamp: { key: at, unit: s }
measurement: oil
fieldTypes: { serial: string, parts: integer }
mapping:
  at: values[*]
  field: n
  value: v
  time: { from: $.ts, unit: ms }
`

function write(name: string, text: string): string {
  const file = join(directory, name)
  writeFileSync(file, text)
  return file
}

function load(routes: object[], checks = [mappingsAreSound]) {
  return loadConfig(write('gateway.yaml', JSON.stringify({ routes })), { environment: {}, checks }).routes
}

function violations(routes: object[]): string[] {
  try {
    load(routes)
    return []
  } catch (error) {
    assert.ok(error instanceof ConfigInvalidError)
    return error.violations.map(describeViolation)
  }
}

describe('a route with a preset', () => {
  test('is what the preset says', () => {
    write('mine.yaml', MINE)
    const [route] = load([{ topic: 'a/{device}', preset: 'mine.yaml' }])
    assert.deepEqual(route, {
      topic: 'a/{device}',
      preset: 'mine.yaml',
      decoder: 'cbor',
      compression: 'gzip',
      timestamp: { key: 'at', unit: 's' },
      measurement: 'oil',
      fieldTypes: { serial: 'string', parts: 'integer' },
      mapping: { at: 'values[*]', field: 'n', value: 'v', time: { from: '$.ts', unit: 'ms' } },
    })
    assert.ok(Object.isFrozen(route!.mapping))
  })

  test('has keys of its own above it, section by section where the preset has them in part', () => {
    write('mine.yaml', MINE)
    const own = {
      decoder: 'json',
      timestamp: { unit: 'ms' },
      fieldTypes: { parts: 'float' },
      mapping: { value: 'w', time: { from: 't' } },
    }
    const [route] = load([{ topic: 'a/{device}', preset: 'mine.yaml', ...own }])
    assert.equal(route!.decoder, 'json')
    assert.deepEqual(route!.timestamp, { key: 'at', unit: 'ms' })
    assert.deepEqual(route!.fieldTypes, { serial: 'string', parts: 'float' })
    assert.deepEqual(route!.mapping, { at: 'values[*]', field: 'n', value: 'w', time: { from: 't' } })
  })

  test('may share it with others: each has its own copy', () => {
    write('mine.yaml', MINE)
    const own = { preset: 'mine.yaml', fieldTypes: { extra: 'string' } }
    const routes = load([
      { topic: 'a', ...own },
      { topic: 'b', preset: 'mine.yaml' },
    ])
    assert.equal(routes[1]!.fieldTypes.extra, undefined)
    assert.equal(routes[0]!.fieldTypes.extra, 'string')
  })

  test('has its text as it stands: variables are those of the route', () => {
    const variable = `\${HALL}`
    write('as-it-stands.yaml', `${HEAD}decoder: json\nmeasurement: '${variable}'\n`)
    const own = { topic: variable, measurement: `${variable} 2` }
    const routes = [{ topic: 'a' }, own].map((route) => ({ ...route, preset: 'as-it-stands.yaml' }))
    const file = write('variables.yaml', JSON.stringify({ routes }))
    const config = loadConfig(file, { environment: { HALL: 'north' } })
    assert.deepEqual(
      config.routes.map(({ topic, measurement }) => [topic, measurement]),
      [
        ['a', variable],
        ['north', 'north 2'],
      ],
    )
  })

  test('can be configured by a program', () => {
    const [route] = parseConfig({ routes: [{ topic: 'a/{device}', preset: 'neuron-tags' }] }).routes
    assert.equal(route!.decoder, 'json')
    assert.ok(route!.mapping !== undefined)
  })
})

describe('a preset', () => {
  test('of the package is sound, each of them', () => {
    const names = presetNames()
    assert.ok(names.includes('neuron-tags'))
    const routes = names.map((preset, at) => ({ topic: `t${at}/{device}`, preset }))
    assert.equal(load(routes).length, names.length)
  })

  test('that is not known is a violation that lists those that are', () => {
    const [first, ...others] = violations([{ topic: 'a', preset: 'neuron-tgas' }])
    assert.match(
      first!,
      /^routes\[0\]\.preset: names the preset neuron-tgas, which is not known\. Did you mean neuron-tags\?/,
    )
    assert.match(first!, /The presets are .*kepware, .*line 1/)
    assert.deepEqual(others, [])
  })

  test('whose file is not there is a violation', () => {
    const found = violations([{ topic: 'a', preset: '../no/such.yaml' }])
    assert.equal(found.length, 1)
    assert.match(found[0]!, /^routes\[0\]\.preset: names a file that cannot be read: ENOENT/)
  })

  test('that is wrong is reported with its own file, places and keys, once', () => {
    write(
      'wrong.yaml',
      `${HEAD}decoder: jsn\nmapping:\n  at: x\n  fields: y\n  time: { unit: ms }\nextra: 1\n`,
    )
    const routes = ['a', 'b'].map((topic) => ({ topic, preset: 'wrong.yaml' }))
    const found = violations(routes)
    assert.equal(found.length, 4, found.join('\n'))
    assert.match(
      found.join('\n'),
      /^wrong\.yaml: decoder: must be one of json, .*did you mean json\? \(line 4, column 1\)$/m,
    )
    assert.match(
      found.join('\n'),
      /^wrong\.yaml: mapping\.fields: is not a known key; did you mean field\? \(line 7, column 3\)$/m,
    )
    assert.match(found.join('\n'), /^wrong\.yaml: mapping\.time\.from: is required \(line 8/m)
    assert.match(found.join('\n'), /^wrong\.yaml: extra: is not a known key/m)
  })

  test('that is no YAML is reported so', () => {
    write('broken.yaml', 'decoder: [json\n')
    assert.match(
      violations([{ topic: 'a', preset: 'broken.yaml' }])[0]!,
      /^broken\.yaml: file: is not valid YAML: .*line/,
    )
  })

  test('with a mistake that only compiling shows has it where it stands; one of the route, there', () => {
    write('mine.yaml', MINE.replace('field: n', "field: '['"))
    const found = violations([{ topic: 'a', preset: 'mine.yaml', mapping: { value: '[' } }])
    assert.equal(found.length, 2)
    assert.match(found[0]!, /^routes\[0\]\.mapping\.value: cannot be read at character 2.* \(line 1/)
    assert.match(
      found[1]!,
      /^mine\.yaml: mapping\.field: cannot be read at character 2.* \(line 11, column 3\)$/,
    )
  })
})

describe('a mapping', () => {
  test('is for documents', () => {
    const mapping = { at: 'x' }
    const found = violations([
      { topic: 'a', decoder: 'value', mapping, compression: 'gzip' },
      { topic: 'b', decoder: 'line-protocol', expression: '$' },
      { topic: 'c', decoder: 'cbor', mapping, compression: 'gzip', expression: '$', maxInflatedBytes: 1024 },
    ])
    assert.deepEqual(
      found.map((text) => text.split(':')[0]),
      ['routes[0].mapping', 'routes[0].compression', 'routes[1].expression'],
    )
  })

  test('is checked all at once, with the paths of its keys', () => {
    const mapping = {
      time: { from: ['a', 5], zone: 'Nowhere/Land' },
      tags: { t: { form: 'x' } },
      skip: [{ when: 'x', matches: '(' }],
      records: [{ at: 'x' }, { device: { hall: 'x' } }],
      type: true,
      ignore: [{ when: 'x', is: 5 }],
    }
    const found = violations([{ topic: 'a', decoder: 'json', mapping }])
    const paths = new Set(found.map((text) => text.slice('routes[0].mapping.'.length).split(':')[0]))
    assert.deepEqual(
      [...paths].sort(),
      [
        'ignore[0].is',
        'records[1].device.hall',
        'skip[0].matches',
        'tags.t.form',
        'time.from[1]',
        'time.zone',
        'type',
      ],
      found.join('\n'),
    )
  })
})
