import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { finished, linegate } from '../support/command.js'
import { GatewayProcess } from '../support/gateway-process.js'
import { eventually } from '../support/ports.js'

let gateway: GatewayProcess

before(async () => {
  gateway = await GatewayProcess.start([
    'sinks: [ { name: local, type: duckdb } ]',
    'routes:',
    "  - { topic: 'tag/{site}/{area}/{line}/{device}/temperature', decoder: json, measurement: tags }",
  ])
})

after(() => gateway.remove())

function publish(payload: string) {
  const topic = 'tag/ningbo/press/line2/p-1/temperature'
  return finished('mosquitto_pub', ['-p', String(gateway.mqttPort), '-q', '1', '-t', topic, '-m', payload])
}

const letters = (...args: string[]) => linegate('dead-letters', ...args, '--url', gateway.url)

test('letters pass a mended configuration after a kill, at their time of arrival, and settle in the ledger', async () => {
  const begunAt = Date.now()
  for (const payload of ['21.5x', '{"a":', '22.5x']) assert.equal((await publish(payload)).code, 0)
  const arrivedBy = Date.now()
  assert.deepEqual((await gateway.ledger()).totals.messages.deadLettered, 3)
  await gateway.end('SIGKILL')
  const mended = readFileSync(gateway.configFile, 'utf8').replace('decoder: json', 'decoder: value')
  writeFileSync(gateway.configFile, mended)
  await gateway.run()

  const dry = await letters('replay', '--all', '--dry-run', '--json')
  assert.equal(dry.code, 0, dry.err)
  const tried = JSON.parse(dry.out)
  assert.equal(tried.letters.length, 3)
  assert.equal((await gateway.ledger()).totals.messages.deadLettered, 3)

  const replay = await letters('replay', '--device', 'p-1', '--json')
  assert.equal(replay.code, 0, replay.err)
  const { replayed, refusedAgain } = JSON.parse(replay.out)
  assert.deepEqual([replayed, refusedAgain], [tried.replayed, tried.refusedAgain])
  assert.equal(replayed, 3)
  const { messages } = await eventually('the points are stored', async () => {
    const { devices } = await gateway.ledger()
    return devices.find(({ device, points }) => device === 'p-1' && points.stored === 3)
  })
  const { received, decoded, deadLettered } = messages
  assert.deepEqual([received, decoded, deadLettered], [3, 3, 0])
  const { rows } = await gateway.get<{ rows: { time: string; value: string }[] }>(
    '/api/v1/history?device=p-1&field=temperature',
  )
  assert.deepEqual(
    rows.map(({ value }) => value),
    ['21.5x', '{"a":', '22.5x'],
  )
  for (const { time } of rows) assert.ok(Date.parse(time) >= begunAt && Date.parse(time) <= arrivedBy, time)
})
