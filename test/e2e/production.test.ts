import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { CountingMachine } from '../support/counting-machine.js'
import { GatewayProcess } from '../support/gateway-process.js'
import { publishPacket, RawMqtt } from '../support/raw-mqtt.js'

const KILLS = 3
const MACHINES = 6

interface Counts {
  readonly good: number
  readonly bad: number
  readonly cycles: number
  readonly resets: number
}

interface ProductionNode {
  readonly path: string
  readonly level: string
  readonly devices: number
  readonly ever: Counts
}

let gateway: GatewayProcess

before(async () => {
  gateway = await GatewayProcess.start([
    'sinks: [ { name: local, type: duckdb } ]',
    'routes:',
    "  - topic: 'factory/{site}/{area}/{line}/{device}/telemetry'",
    '    decoder: json',
    '    production:',
    '      counters: { good: good_count, bad: bad_count, cycles: { field: shots, kind: increment } }',
  ])
})

after(() => gateway.remove())

async function production(path: string, depth = 4): Promise<ProductionNode[]> {
  const { nodes } = await gateway.get<{ nodes: ProductionNode[] }>(
    `/api/v1/production?path=${path}&depth=${depth}`,
  )
  return nodes
}

function pick({ good, bad, cycles, resets }: Counts): Counts {
  return { good, bad, cycles, resets }
}

function sum(all: readonly Counts[], kind: keyof Counts): number {
  return all.reduce((total, counts) => total + counts[kind], 0)
}

test('what is counted is what was made, through resets, redelivery and kill -9 under load', async () => {
  const machines = Array.from(
    { length: MACHINES },
    (_, n) =>
      new CountingMachine(`factory/ningbo/press/line${n % 2}/press-${n}/telemetry`, n + 1, n < MACHINES / 2),
  )
  for (const machine of machines) machine.start(gateway.mqttPort)
  for (let kill = 0; kill < KILLS; kill++) {
    await sleep(400 + kill * 150)
    await gateway.end('SIGKILL')
    await gateway.run()
  }
  await sleep(500)
  await Promise.all(machines.map((machine) => machine.stop()))

  const nodes = await production('')
  const of = (path: string) => nodes.find((node) => node.path === path)!
  for (const machine of machines) {
    const { ever, level } = of(machine.path)
    assert.equal(level, 'device')
    assert.deepEqual(pick(ever), machine.made, machine.path)
    assert.ok(machine.made.resets > 0 && machine.made.good > 100, 'it worked')
  }
  const redelivered = machines.reduce((all, machine) => all + machine.redelivered, 0)
  assert.ok(redelivered > 0, 'messages were sent again')
  for (const line of [0, 1]) {
    const { devices, ever } = of(`ningbo/press/line${line}`)
    const own = machines.filter((_, n) => n % 2 === line).map(({ made }) => made)
    assert.equal(devices, MACHINES / 2)
    for (const kind of ['good', 'bad', 'cycles', 'resets'] as const)
      assert.equal(ever[kind], sum(own, kind), kind)
  }
})

test('a message that comes again with the DUP flag adds nothing', async () => {
  const topic = 'factory/ningbo/press/line9/press-9/telemetry'
  const client = await RawMqtt.connect(gateway.mqttPort, { clientId: 'press-9' })
  let id = 0
  const say = async (good: number, dup: boolean, shots: number, ts: number) => {
    const payload = JSON.stringify({ ts, good_count: good, shots })
    client.send(publishPacket(topic, payload, 1, ++id, dup))
    await client.next('puback', id - 1)
  }
  const startMs = Date.now() - 60_000
  await say(0, false, 0, startMs)
  await say(7, false, 7, startMs + 1)
  await say(7, true, 7, startMs + 1)
  await say(2, false, 2, startMs + 2)
  await say(7, true, 7, startMs + 1)
  await say(2, true, 2, startMs + 2)
  await say(5, false, 3, startMs + 3)
  await client.end()
  const [node] = await production('ningbo/press/line9/press-9', 0)
  assert.deepEqual(pick(node!.ever), { good: 12, bad: 0, cycles: 12, resets: 1 })
})
