import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'
import { loadFleet, pathOf } from '../../simulators/fleet.js'
import { scaleFleet } from '../../simulators/scale.js'
import { HttpGateway } from '../support/http-gateway.js'
import { packageRoot } from '../support/package-root.js'
import { linegate } from '../support/terminal.js'

const MAIN = fileURLToPath(new URL('../../src/main.js', import.meta.url))
const DEMO = join(packageRoot(), 'config', 'fleets', 'demo.yaml')

/** Runs `linegate` with what another command printed as its standard input. */
async function pipe(input: string, ...args: string[]): Promise<{ out: string; err: string }> {
  const child = spawn(process.execPath, [MAIN, '--lang', 'en', ...args], { stdio: 'pipe' })
  child.stdin.end(input)
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
  return { out, err }
}

describe('fleet registry', () => {
  test('lists every device of the fleet where it publishes, with its interval and its sector', async () => {
    const { exitCode, output } = await linegate(['fleet', 'registry'])
    assert.equal(exitCode, 0)
    const { devices } = parse(output)
    const { devices: plans } = await loadFleet(DEMO)
    assert.deepEqual(
      Object.entries(devices as Record<string, Record<string, string>>).map(([id, fields]) => [
        `${fields.site}/${fields.area}/${fields.line}/${id}`,
        fields.expectedIntervalMs,
      ]),
      plans.map((plan) => [pathOf(plan), plan.intervalMs]),
    )
    assert.deepEqual(
      [devices['imm-01'].sector, devices['crane-01'].sector, devices['imm-01'].model],
      ['29', '55', 'injection-moulding'],
    )
    const cpe = plans.find(({ profile, area }) => profile.name === 'cpe-5g' && area === 'quay')!
    assert.equal(devices[cpe.name].sector, '55', 'of the line that it serves')
  })

  test('scales a fleet as simulate does', async () => {
    const { output } = await linegate(['fleet', 'registry', '--devices', '130', '--format', 'csv'])
    const rows = output.trimEnd().split('\r\n').slice(1)
    const wanted = scaleFleet(await loadFleet(DEMO), 130)
    assert.deepEqual(
      rows.map((row) => row.split(',')[0]),
      wanted.devices.map(({ name }) => name),
    )
  })

  test('piped into devices import registers the whole fleet, of which every device is then met as itself', async () => {
    const gateway = await new HttpGateway().start()
    for (const [format, counts] of [
      ['yaml', '60 created, 0 changed, 0 unchanged\n'],
      ['csv', '0 created, 0 changed, 60 unchanged\n'],
    ] as const) {
      const { output } = await linegate(['fleet', 'registry', '--format', format])
      const { out, err } = await pipe(
        output,
        'devices',
        'import',
        '-',
        '--format',
        format,
        '--url',
        gateway.url,
      )
      assert.deepEqual([out, err], [counts, ''])
    }
    for (const plan of (await loadFleet(DEMO)).devices) gateway.receive(pathOf(plan))
    await gateway.flush()
    assert.equal(gateway.devices.count, 60)
    assert.ok([...gateway.devices.records()].every(({ status }) => status === 'confirmed'))
    await gateway.close()
  })

  test('reports what is wrong with a fleet file', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'linegate-fleet-'))
    const file = join(directory, 'fleet.yaml')
    writeFileSync(file, 'name: x\n')
    const { exitCode, errors } = await linegate(['fleet', 'registry', '--fleet', file])
    rmSync(directory, { recursive: true })
    assert.equal(exitCode, 2)
    assert.match(errors, /^LG_FLEET_INVALID/)
  })
})
