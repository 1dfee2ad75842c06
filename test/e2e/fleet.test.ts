import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { finished } from '../support/command.js'
import { GatewayProcess } from '../support/gateway-process.js'
import { counted, plantTree } from '../support/plant-answers.js'

const MAIN = fileURLToPath(new URL('../../src/main.js', import.meta.url))
const DEVICES = 12
const FLEET = `name: small
seed: 7
sites:
  - name: ningbo
    areas:
      - name: moulding
        lines:
          - { name: line1, groups: [ { profile: injection-moulding, count: 5 }, { profile: cpe-5g, count: 1, interval: 1s } ] }
          - { name: line2, groups: [ { profile: injection-moulding, count: 2 } ] }
      - name: quay
        lines:
          - { name: berth1, groups: [ { profile: port-crane, count: 4 } ] }
`

let gateway: GatewayProcess
let fleet: string

before(async () => {
  gateway = await GatewayProcess.start(['sinks: [ { name: local, type: duckdb } ]'])
  fleet = join(gateway.directory, 'fleet.yaml')
  writeFileSync(fleet, FLEET)
})

after(() => gateway.remove())

/** `linegate fleet registry … | linegate devices import -` */
function importFleet(format: 'yaml' | 'csv') {
  const linegate = `'${process.execPath}' '${MAIN}' --lang en`
  const registry = `${linegate} fleet registry --fleet '${fleet}' --format ${format}`
  const importing = `${linegate} devices import - --format ${format} --url ${gateway.url} --json`
  return finished('sh', ['-c', `${registry} | ${importing}`])
}

test('a fleet file becomes a registry, and the same one again changes nothing', async () => {
  const first = await importFleet('yaml')
  assert.equal(first.code, 0, first.err)
  assert.deepEqual(JSON.parse(first.out), { dryRun: false, created: DEVICES, changed: 0, unchanged: 0 })
  const second = await importFleet('csv')
  assert.equal(second.code, 0, second.err)
  assert.deepEqual(JSON.parse(second.out), { dryRun: false, created: 0, changed: 0, unchanged: DEVICES })
  await counted(gateway, { registered: DEVICES, discovered: 0, connected: 0, unknown: DEVICES })
})

test('simulating that fleet brings every device online, and ending it takes every one offline', async () => {
  const broker = `mqtt://127.0.0.1:${gateway.mqttPort}`
  const simulator = spawn(process.execPath, [MAIN, 'simulate', '--fleet', fleet, '--broker', broker], {
    stdio: 'ignore',
  })
  const exit = once(simulator, 'exit')
  const there = { registered: DEVICES, connected: DEVICES, fresh: DEVICES, discovered: 0 }
  await counted(gateway, there).finally(() => simulator.kill('SIGINT'))
  await exit
  await counted(gateway, { connected: 0, offline: DEVICES, discovered: 0 })
  const lines = (await plantTree(gateway, 'ningbo/moulding', 1)).children
  assert.deepEqual(
    lines.map(({ path, registered }) => [path, registered]),
    [
      ['ningbo/moulding/line1', 6],
      ['ningbo/moulding/line2', 2],
    ],
  )
})
