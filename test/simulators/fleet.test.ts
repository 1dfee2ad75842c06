import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { loadFleet, parseFleet, pathOf } from '../../simulators/fleet.js'
import { scaleFleet } from '../../simulators/scale.js'
import { GatewayError } from '../../src/core/errors.js'
import { packageRoot } from '../support/package-root.js'
import { mouldingFleet } from './fleets.js'

const DEMO = join(packageRoot(), 'config', 'fleets', 'demo.yaml')

function violationsOf(yaml: string): string {
  try {
    parseFleet(yaml, 'fleet.yaml')
  } catch (error) {
    assert.ok(error instanceof GatewayError)
    assert.equal(error.code, 'LG_FLEET_INVALID')
    return String(error.details.violations)
  }
  return assert.fail('the fleet was accepted')
}

test('the fleet of the demo has about 60 devices of all profiles in two sites', async () => {
  const { devices } = await loadFleet(DEMO)
  assert.ok(devices.length >= 55 && devices.length <= 65, String(devices.length))
  assert.deepEqual([...new Set(devices.map(({ site }) => site))], ['ningbo', 'suzhou'])
  assert.equal(new Set(devices.map(({ profile }) => profile.name)).size, 5)
  assert.ok(devices.some((plan) => pathOf(plan) === 'ningbo/moulding/line1/imm-01'))
})

test('names are numbered through the whole fleet', async () => {
  const { devices } = await loadFleet(DEMO)
  assert.equal(new Set(devices.map(({ name }) => name)).size, devices.length)
})

test('all violations of the shape are reported at once, with key path and line', () => {
  const violations = violationsOf(`name: x
seed: -1
sites:
  - name: a/b
    areas:
      - name: hall
        lines:
          - name: line1
            groups:
              - { profile: cnk, count: 0, interval: 10 }
              - profile: cnc
                count: 1
                faults: [{ kind: clockJump, at: 5s, duration: soon }]
colour: red
`)
  for (const expected of [
    /seed: must be at least 0 \(line 2/,
    /sites\[0\]\.name: .*\(line 4/,
    /groups\[0\]\.profile: must be one of .*; did you mean cnc\?/,
    /groups\[0\]\.count: must be at least 1/,
    /groups\[0\]\.interval: must be text/,
    /groups\[1\]\.faults\[0\]\.jump: is required/,
    /groups\[1\]\.faults\[0\]\.duration: .*an example: 30s/,
    /colour: is not a known key/,
  ]) {
    assert.match(violations, expected)
  }
})

test('all violations between keys are reported at once, with key path and line', () => {
  const violations = violationsOf(`name: x
seed: 1
sites:
  - name: a
    areas:
      - name: hall
        lines:
          - { name: line1, groups: [{ profile: cnc, count: 2, interval: 1ms }] }
          - { name: line1, groups: [{ profile: cnc, count: 1 }] }
faults:
  - { kind: stuckSensor, at: 1s, duration: 1s, signal: rsrp_dbm }
  - { kind: dropOut, at: 1s, duration: 9s, every: 5s }
  - { kind: dropOut, at: 1s, duration: 1s, devices: [imm-01] }
`)
  for (const expected of [
    /lines\[1\]\.name: is the same as that of lines\[0\] \(line 9/,
    /lines\[0\]\.groups\[0\]\.interval: must be at least 10ms/,
    /faults\[0\]\.signal: is not a signal of these devices; they have .*spindle_rpm/,
    /faults\[1\]\.every: must not be shorter than duration/,
    /faults\[2\]\.devices: names no device of the fleet/,
  ]) {
    assert.match(violations, expected)
  }
})

test('a file that is not YAML, and one that is not there, are told apart', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'fleet-'))
  t.after(() => rm(directory, { recursive: true }))
  const file = join(directory, 'fleet.yaml')
  await writeFile(file, 'name: [')
  await assert.rejects(loadFleet(file), { code: 'LG_FLEET_INVALID' })
  await assert.rejects(loadFleet(join(directory, 'none.yaml')), { code: 'LG_FLEET_UNREADABLE' })
})

test('a fleet scaled up has exactly the devices asked for, all of different names, the old ones first', async () => {
  const fleet = await loadFleet(DEMO)
  const scaled = scaleFleet(fleet, 1000)
  assert.equal(scaled.devices.length, 1000)
  assert.equal(new Set(scaled.devices.map(({ name }) => name)).size, 1000)
  assert.deepEqual(scaled.devices.slice(0, fleet.devices.length), fleet.devices)
  assert.deepEqual(scaleFleet(fleet, 1000).devices.map(pathOf), scaled.devices.map(pathOf))
})

test('copies of devices stand in copies of their lines and go on with the numbers', () => {
  const { devices } = scaleFleet(mouldingFleet(2), 5)
  assert.deepEqual(devices.map(pathOf), [
    'ningbo/moulding/line1/imm-01',
    'ningbo/moulding/line1/imm-02',
    'ningbo/moulding/line1-2/imm-0003',
    'ningbo/moulding/line1-2/imm-0004',
    'ningbo/moulding/line1-3/imm-0005',
  ])
})

test('a fleet scaled down keeps devices of all profiles', async () => {
  const { devices } = scaleFleet(await loadFleet(DEMO), 15)
  assert.equal(devices.length, 15)
  assert.equal(new Set(devices.map(({ profile }) => profile.name)).size, 5)
})
