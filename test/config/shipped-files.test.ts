import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { parse } from 'yaml'
import { loadConfig } from '../../src/config/load.js'
import { ConfigSchema } from '../../src/config/schema.js'
import { parseConfig } from '../../src/config/validate.js'
import { packageRoot } from '../support/package-root.js'

const root = packageRoot()
const shipped = ['config/gateway.yaml', 'config/influxdb.example.yaml']
const options = { environment: {}, workingDirectory: '/srv' }

describe('the shipped files', () => {
  test('gateway.yaml is the defaults', () => {
    const file = loadConfig(join(root, 'config/gateway.yaml'), options)
    assert.deepEqual(file, parseConfig({}, options))
  })

  test('gateway.yaml has every default in it', () => {
    const written: unknown = parse(readFileSync(join(root, 'config/gateway.yaml'), 'utf8'))
    const whole = parseConfig({}, { workingDirectory: '/' })
    assert.deepEqual(keysOf(written), keysOf(whole))
  })

  test('influxdb.example.yaml is valid as it is', () => {
    const { sinks } = loadConfig(join(root, 'config/influxdb.example.yaml'), options)
    assert.deepEqual(
      sinks.map(({ type }) => type),
      ['influxdb', 'duckdb'],
    )
  })

  test('influxdb.example.yaml is valid with its commented keys in force', () => {
    const text = readFileSync(join(root, 'config/influxdb.example.yaml'), 'utf8')
    const uncommented = text.replace(/^( *)# ((?: {2})?(?:- )?\w+: .*)$/gm, '$1$2')
    assert.match(uncommented, /^ {4}password: /m)
    const directory = mkdtempSync(join(tmpdir(), 'linegate-shipped-'))
    const file = join(directory, 'influxdb.yaml')
    writeFileSync(file, uncommented)
    const environment = { INFLUX_PASSWORD: 'p', INFLUX_TOKEN: 't' }
    const { sinks } = loadConfig(file, { ...options, environment })
    rmSync(directory, { recursive: true })
    assert.deepEqual(
      sinks.map(({ name }) => name),
      ['influx', 'influx2', 'local'],
    )
  })

  for (const file of shipped) {
    test(`${file} passes its editor's schema, which it names`, () => {
      const text = readFileSync(join(root, file), 'utf8')
      assert.ok(text.startsWith('# yaml-language-server: $schema=./schema.json\n'))
      const validate = new Ajv2020({ strict: false }).compile(
        JSON.parse(readFileSync(join(root, 'config/schema.json'), 'utf8')),
      )
      assert.ok(validate(parse(text)), JSON.stringify(validate.errors))
      assert.ok(!validate({ http: { port: 'eighty' } }))
      assert.ok(!validate({ sinks: [{ name: 'a', type: 'influxdb', version: 1, url: 'http://x' }] }))
    })
  }
})

test('the schema for editors and the references in docs/ are in step with the sources', () => {
  const build = fileURLToPath(new URL('../..', import.meta.url))
  const script = join(root, 'scripts/generate-docs.js')
  const { status, stderr } = spawnSync(process.execPath, [script, '--check', build], { encoding: 'utf8' })
  assert.equal(status, 0, stderr)
})

test('the Chinese description of the configuration has every key', () => {
  const text = readFileSync(join(root, 'docs/configuration.zh-CN.md'), 'utf8')
  const keys = new Set(Object.values(ConfigSchema.properties).flatMap((section) => [...keysBelow(section)]))
  assert.ok(keys.size > 40)
  for (const key of keys) assert.ok(text.includes(`\`${key}\``), key)
})

/** Paths of all keys, with the first entry of each list. */
function keysOf(value: unknown, path = ''): string[] {
  if (Array.isArray(value)) return keysOf(value[0], `${path}[]`)
  if (typeof value !== 'object' || value === null) return [path]
  return Object.entries(value)
    .flatMap(([key, child]) => keysOf(child, `${path}.${key}`))
    .sort()
}

/** Names of all keys that the schema declares, at any depth. */
function keysBelow(schema: unknown, keys = new Set<string>()): Set<string> {
  if (typeof schema !== 'object' || schema === null) return keys
  const { properties } = schema as { properties?: Record<string, unknown> }
  for (const key of Object.keys(properties ?? {})) keys.add(key)
  for (const child of Object.values(schema)) keysBelow(child, keys)
  return keys
}
