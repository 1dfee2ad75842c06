import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { BrokerRig, until } from '../support/broker-rig.js'
import { connectPacket, RawMqtt } from '../support/raw-mqtt.js'

let rig: BrokerRig
const events: string[] = []
const onSession = {
  opened: (clientId: string) => void events.push(`${clientId} opened`),
  closed: (clientId: string, cause: string) => void events.push(`${clientId} ${cause}`),
}

before(async () => {
  rig = await BrokerRig.start({ onSession })
})

after(() => rig.remove())

beforeEach(() => {
  events.length = 0
})

function of(clientId: string): string[] {
  return events.filter((event) => event.startsWith(`${clientId} `)).map((event) => event.split(' ')[1]!)
}

/** Opened, ended, opened, …; whether the last one is still open. */
function assertAlternate(told: readonly string[], isOpen: boolean): void {
  told.forEach((event, i) => {
    assert.equal(event === 'opened', i % 2 === 0, told.join(' '))
  })
  assert.equal(told.at(-1) === 'opened', isOpen, told.join(' '))
}

test('a client that sends DISCONNECT is told as opened and then disconnected', async () => {
  const client = await RawMqtt.connect(rig.port, { clientId: 'polite' })
  assert.deepEqual(of('polite'), ['opened'])
  client.send({ cmd: 'disconnect' })
  await client.closed
  await until(() => of('polite').length === 2)
  assert.deepEqual(of('polite'), ['opened', 'disconnected'])
})

test('a client whose socket is reset, or just ended, is lost', async () => {
  const reset = await RawMqtt.connect(rig.port, { clientId: 'reset' })
  reset.socket.resetAndDestroy()
  const ended = await RawMqtt.connect(rig.port, { clientId: 'ended' })
  ended.socket.end()
  await until(() => of('reset').length === 2 && of('ended').length === 2)
  assert.deepEqual(
    [of('reset'), of('ended')],
    [
      ['opened', 'lost'],
      ['opened', 'lost'],
    ],
  )
})

test('a client that is silent for longer than its keep-alive allows is lost', async () => {
  const client = await RawMqtt.connect(rig.port, { clientId: 'asleep', keepalive: 1 })
  await client.closed
  await until(() => of('asleep').length === 2)
  assert.deepEqual(of('asleep'), ['opened', 'lost'])
})

test('a take-over ends the old session and opens the new, which lives on', async () => {
  const old = await RawMqtt.connect(rig.port, { clientId: 'twice' })
  old.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'ordinary/#', qos: 1 }] })
  await old.next('suback')
  const next = await RawMqtt.connect(rig.port, { clientId: 'twice' })
  await old.closed
  next.send({ cmd: 'pingreq' })
  await next.next('pingresp')
  assert.deepEqual(of('twice'), ['opened', 'taken-over', 'opened'])
  next.send({ cmd: 'disconnect' })
  await next.closed
  await until(() => of('twice').length === 4)
  assert.deepEqual(of('twice'), ['opened', 'taken-over', 'opened', 'disconnected'])
})

test('however many connections fight for one client id, each opened session is closed once', async () => {
  const first = await RawMqtt.connect(rig.port, { clientId: 'fight' })
  first.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'ordinary/#', qos: 1 }] })
  await first.next('suback')
  const others = Array.from({ length: 30 }, () => new RawMqtt(rig.port))
  for (const other of others) other.send(connectPacket({ clientId: 'fight', clean: false }))
  await Promise.all(others.map((other) => other.next('connack').catch(() => other.closed)))
  assertAlternate(of('fight'), true)
  for (const other of [first, ...others]) await other.end()
  await until(() => of('fight').at(-1) !== 'opened')
  assertAlternate(of('fight'), false)
})

test('connections that are cut right behind their CONNECT leave no session open', async () => {
  for (let i = 0; i < 50; i++) {
    const client = new RawMqtt(rig.port)
    client.send(connectPacket({ clientId: `hasty-${i % 5}`, clean: i % 2 === 0 }))
    await new Promise((resolve) => setTimeout(resolve, i % 4))
    client.socket.resetAndDestroy()
    await client.closed
  }
  // One more of each, so that whatever was on its way has come.
  for (let i = 0; i < 5; i++) {
    const last = await RawMqtt.connect(rig.port, { clientId: `hasty-${i}` })
    await last.end()
    await until(() => of(`hasty-${i}`).at(-1) === 'lost')
    assertAlternate(of(`hasty-${i}`), false)
  }
})

test('a refused CONNECT, and a broker that is closed, end no session', async () => {
  const closing = await BrokerRig.start({ onSession })
  const refused = new RawMqtt(closing.port)
  refused.send(connectPacket({ clientId: 'refused', protocolVersion: 5 }))
  await refused.closed
  const client = await RawMqtt.connect(closing.port, { clientId: 'stays' })
  await closing.remove()
  await client.closed
  assert.deepEqual(events, ['stays opened'])
})
