import assert from 'node:assert/strict'
import { appendFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { finished, linegate } from '../support/command.js'
import { GatewayProcess } from '../support/gateway-process.js'
import { send } from '../support/plant-answers.js'

const SINK = 'sinks: [ { name: local, type: duckdb } ]'
const PREFIXES = ['88.608.8889', '88.608.1234']

interface Answer {
  readonly responseCode: number
  readonly message?: string
  readonly values?: readonly { readonly type: string; readonly data: { readonly value: string } }[]
}

const gateways: GatewayProcess[] = []

before(async () => {
  for (const _ of PREFIXES) gateways.push(await GatewayProcess.start([SINK]))
  for (const [n, gateway] of gateways.entries()) {
    await gateway.end('SIGTERM')
    const other = { prefix: PREFIXES[1 - n], url: gateways[1 - n]!.url }
    // Whatever else is asked for goes round: each says that the other knows.
    const referrals = [other, { ...other, prefix: '*' }]
    const identifiers = { prefixes: [PREFIXES[n]], referrals, negativeCacheSeconds: 0 }
    appendFileSync(gateway.configFile, `identifiers: ${JSON.stringify(identifiers)}\n`)
    await gateway.run()
    const record = { site: `plant${n}`, area: 'press', line: 'line1', identifier: handle(n) }
    await send(gateway, 'PUT', `/api/v1/devices/p-${n}`, record)
    const broker = ['-p', String(gateway.mqttPort), '-q', '1']
    const message = ['-t', `factory/plant${n}/press/line1/p-${n}/telemetry`, '-m', `{"force":${n + 0.5}}`]
    assert.equal((await finished('mosquitto_pub', [...broker, ...message])).code, 0)
  }
})

after(async () => {
  for (const gateway of gateways) await gateway.remove()
})

/** Of the device of the gateway. */
function handle(n: number): string {
  return `${PREFIXES[n]}/press-${n}`
}

async function resolve(n: number, identifier: string): Promise<{ status: number; answer: Answer }> {
  const answer = await fetch(`${gateways[n]!.url}/api/handles/${identifier}`)
  return { status: answer.status, answer: (await answer.json()) as Answer }
}

function dataOf({ values = [] }: Answer, type: string): string | undefined {
  return values.find((value) => value.type === type)?.data.value
}

test('each of two gateways resolves what the other has, live values included', async () => {
  for (const n of [0, 1]) {
    const { status, answer } = await resolve(n, handle(1 - n))
    assert.equal(status, 200)
    assert.equal(answer.responseCode, 1)
    assert.equal(dataOf(answer, 'DEVICE'), `p-${1 - n}`)
    assert.equal(dataOf(answer, 'LOCATION.SITE'), `plant${1 - n}`)
    assert.equal(dataOf(answer, 'PRESENCE'), 'offline', 'mosquitto_pub said goodbye')
    assert.equal(dataOf(answer, 'LATEST.telemetry.force'), String(1 - n + 0.5))
    assert.equal(dataOf(answer, 'URL'), `${gateways[1 - n]!.url}/#/devices/p-${1 - n}`)
  }
})

test('a handle that nobody has ends with a clear error, whoever is asked and however often', async () => {
  for (const n of [0, 1]) {
    const missing = await resolve(n, `${PREFIXES[1 - n]}/nothing`)
    assert.deepEqual([missing.status, missing.answer.responseCode], [404, 100])
  }
  const asked = await Promise.all(Array.from({ length: 10 }, (_, n) => resolve(n % 2, '20.500/x')))
  for (const { status, answer } of asked) {
    assert.deepEqual([status, answer.responseCode], [508, 6])
    assert.match(answer.message ?? '', /20\.500\/x in a circle: test → test → test/)
  }
})

test('linegate resolve prints the record of a device of the other gateway', async () => {
  const { code, out, err } = await linegate('resolve', handle(1), '--url', gateways[0]!.url)
  assert.equal(code, 0, err)
  assert.match(out, /^ *index +type +value +ttl +changed$/m)
  assert.match(out, /DEVICE +p-1 /)
  assert.match(out, /LATEST\.telemetry\.force +1\.5 /)
  const wrong = await linegate('resolve', `${PREFIXES[1]}/nothing`, '--url', gateways[0]!.url)
  assert.equal(wrong.code, 1)
  assert.match(wrong.err, /100/)
  assert.equal(wrong.out, '')
})

test('a gateway says so when the other is gone, and resolves again when it is back', async () => {
  await gateways[1]!.end('SIGKILL')
  const { status, answer } = await resolve(0, `${PREFIXES[1]}/other`)
  assert.deepEqual([status, answer.responseCode], [502, 2])
  await gateways[1]!.run()
  const again = await resolve(0, `${handle(1)}?auth=true`)
  assert.deepEqual([again.status, dataOf(again.answer, 'DEVICE')], [200, 'p-1'])
})
