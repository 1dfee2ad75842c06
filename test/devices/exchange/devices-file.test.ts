import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, afterEach, before, beforeEach, describe, it } from 'node:test'
import { loadConfig } from '../../../src/config/load.js'
import { YamlSource } from '../../../src/config/yaml-source.js'
import { GatewayError } from '../../../src/core/errors.js'
import { type Logger, silentLogger } from '../../../src/core/logger.js'
import type { StateStore } from '../../../src/core/state.js'
import { applyDevicesFile, readDevicesFile } from '../../../src/devices/exchange/devices-file.js'
import { DeviceRegistry } from '../../../src/devices/registry.js'
import { packageRoot } from '../../support/package-root.js'
import { openState } from '../../support/state.js'

describe('the file of devices', () => {
  let directory: string
  let state: StateStore
  let registry: DeviceRegistry
  let warnings: object[]

  before(() => {
    directory = mkdtempSync(join(tmpdir(), 'linegate-devices-file-'))
  })
  after(() => rmSync(directory, { recursive: true }))
  beforeEach(() => {
    state = openState(mkdtempSync(join(directory, 'state-')))
    registry = new DeviceRegistry(state)
    warnings = []
  })
  afterEach(() => state.close())

  function fileWith(text: string, name = 'devices.yaml'): string {
    const file = join(directory, name)
    writeFileSync(file, text)
    return file
  }

  async function apply(file: string) {
    const logger: Logger = { ...silentLogger, warn: (fields) => warnings.push(fields) }
    return applyDevicesFile(file, await readDevicesFile(file, YamlSource.parse), registry, logger)
  }

  const recordOf = (id: string) => registry.record(registry.byId(id)?.slot ?? 0)

  it('wins for what it states, at each start, and leaves the rest', async () => {
    const file = fileWith('devices:\n  a: { site: ningbo, labels: { x: "1" } }\n')
    assert.deepEqual(await apply(file), { created: 1, changed: 0, unchanged: 0 })
    await registry.patch('a', { site: 'moved', vendor: 'KUKA', labels: { y: '2' } })
    assert.deepEqual(await apply(file), { created: 0, changed: 1, unchanged: 0 })
    const { site, vendor, labels, source } = recordOf('a')!
    assert.deepEqual([site, vendor, labels, source], ['ningbo', 'KUKA', { x: '1', y: '2' }, 'file'])
    assert.deepEqual(await apply(file), { created: 0, changed: 0, unchanged: 1 })
  })

  it('that states a device no more leaves it registered, and has the log name it', async () => {
    await registry.put('by-hand', {})
    await apply(fileWith('devices:\n  a: {}\n  b: {}\n'))
    assert.deepEqual(warnings, [])
    const file = fileWith('devices:\n  b: {}\n')
    await apply(file)
    assert.deepEqual(warnings, [{ file, count: 1, ids: ['a'] }])
    assert.notEqual(recordOf('a'), undefined)
  })

  it('may be CSV, by its ending', async () => {
    assert.equal((await apply(fileWith('id,site\na,x\n', 'devices.csv'))).created, 1)
  })

  it('is refused as the configuration is: with all that is wrong, by line', async () => {
    const file = fileWith('devices:\n  a: { sector: 29 }\n  b: { site: "x/y", colour: red }\n')
    await assert.rejects(apply(file), (error) => {
      assert.ok(error instanceof GatewayError)
      assert.equal(error.code, 'LG_CONFIG_INVALID')
      assert.ok(
        error.message.startsWith(`${file} has 3 violation(s):\n  line 2, column 8, a.sector: is not text`),
      )
      assert.match(
        error.message,
        /\n {2}line 3, column 8, b\.site: .*\n {2}line 3, column 21, b\.colour: is not a field/,
      )
      return true
    })
    assert.equal(registry.count, 0)
  })

  it('is refused when two devices would have one place', async () => {
    const file = fileWith('devices:\n  a: { site: x, device: d }\n  b: { site: x, device: d }\n')
    await assert.rejects(
      apply(file),
      /has 1 violation\(s\):\n {2}line 3, b: has the place of another row, x\/d/,
    )
  })

  it('that is not there is refused', async () => {
    for (const name of ['missing.yaml', 'missing.csv']) {
      await assert.rejects(apply(join(directory, name)), { code: 'LG_CONFIG_UNREADABLE' })
    }
    await assert.rejects(apply(directory), { code: 'LG_CONFIG_UNREADABLE' })
  })

  it('is looked for beside the configuration that names it', () => {
    const file = fileWith('devices: { file: my.yaml }\n', 'gateway.yaml')
    assert.equal(loadConfig(file).devices.file, join(directory, 'my.yaml'))
  })

  it('that is shipped as an example is right', async () => {
    const example = join(packageRoot(), 'config', 'devices.example.yaml')
    assert.equal((await apply(example)).created, 2)
    assert.equal(recordOf('imm-01')?.survivalTimeMs, 2000)
  })
})
