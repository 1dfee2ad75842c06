import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { after, before, test } from 'node:test'
import type { IConnackPacket } from 'mqtt-packet'
import { BrokerRig, until } from '../support/broker-rig.js'
import { connectPacket, publishPacket, RawMqtt } from '../support/raw-mqtt.js'

let rig: BrokerRig

before(async () => {
  rig = await BrokerRig.start()
})

after(() => rig.remove())

async function returnCodeOf(options: Parameters<typeof connectPacket>[0]): Promise<number | undefined> {
  const client = new RawMqtt(rig.port)
  client.socket.write(connectBytes(options))
  const connack = (await client.next('connack')) as IConnackPacket
  if (connack.returnCode !== 0) await client.closed
  else await client.end()
  return connack.returnCode
}

/** mqtt-packet does not write all the CONNECTs that a client can send. */
function connectBytes(options: Parameters<typeof connectPacket>[0] = {}): Buffer {
  const { clientId = 'id', clean = true, protocolVersion = 4 } = options
  const id = Buffer.from(clientId)
  const name = protocolVersion === 3 ? 'MQIsdp' : 'MQTT'
  const properties = protocolVersion === 5 ? [0] : []
  const head = [0, name.length, ...Buffer.from(name), protocolVersion, clean ? 2 : 0, 0, 60, ...properties]
  const body = Buffer.concat([Buffer.from([...head, id.length >> 8, id.length & 0xff]), id])
  return Buffer.concat([Buffer.from([0x10, body.length]), body])
}

test('an empty client id is refused with return code 2 unless the session is clean', async () => {
  assert.equal(await returnCodeOf({ clientId: '', clean: false }), 2)
  assert.equal(await returnCodeOf({ clientId: '', clean: true }), 0)
})

test('MQTT 3.1 takes client ids of 1 to 23 characters, MQTT 3.1.1 longer ones too', async () => {
  const longest = 'x'.repeat(23)
  assert.equal(await returnCodeOf({ clientId: '', clean: true, protocolVersion: 3 }), 2)
  assert.equal(await returnCodeOf({ clientId: longest, protocolVersion: 3 }), 0)
  assert.equal(await returnCodeOf({ clientId: `${longest}x`, protocolVersion: 3 }), 2)
  assert.equal(await returnCodeOf({ clientId: 'x'.repeat(100), protocolVersion: 4 }), 0)
})

test('a client of MQTT 5 is refused with return code 1 and told to use 3.1.1 in the log', async () => {
  assert.equal(await returnCodeOf({ protocolVersion: 5 }), 1)
  assert.equal(await returnCodeOf({ protocolVersion: 5 }), 1)
  const lines = rig.logged('LG_MQTT_VERSION_REFUSED')
  assert.equal(lines.length, 1)
  assert.equal(lines[0]?.level, 'warn')
  assert.match(String(lines[0]?.fields.action), /3\.1\.1/)
})

test('mosquitto_pub with MQTT 5 fails at once, and says why', async () => {
  const args = [
    '-V',
    'mqttv5',
    '-h',
    '127.0.0.1',
    '-p',
    String(rig.port),
    '-t',
    'v5/topic',
    '-m',
    'x',
    '-q',
    '1',
  ]
  const { code, output } = await run('mosquitto_pub', args)
  assert.notEqual(code, 0)
  assert.match(output, /protocol version/i)
  assert.equal(rig.accepting.on('v5/topic').length, 0)
})

test('mosquitto_pub and mosquitto_sub of MQTT 3.1.1 and 3.1 exchange a retained message', async () => {
  for (const version of ['mqttv311', 'mqttv31']) {
    const topic = `exchange/${version}`
    const address = ['-V', version, '-h', '127.0.0.1', '-p', String(rig.port), '-t', topic, '-q', '1']
    assert.equal((await run('mosquitto_pub', [...address, '-r', '-m', 'hello there'])).code, 0)
    const heard = await run('mosquitto_sub', [...address, '-C', '1', '-W', '10'])
    assert.deepEqual(heard, { code: 0, output: 'hello there\n' })
    assert.deepEqual(
      rig.accepting.on(topic).map(({ payload, retain }) => [payload, retain]),
      [['hello there', true]],
    )
  }
})

test('a first packet other than CONNECT closes the connection', async () => {
  const client = new RawMqtt(rig.port)
  client.send(publishPacket('too/early', 'x', 1, 1))
  await client.closed
  assert.equal(rig.accepting.on('too/early').length, 0)
})

test('a second CONNECT closes the connection', async () => {
  const client = await RawMqtt.connect(rig.port)
  client.send(connectPacket())
  await client.closed
  assert.equal(client.of('connack').length, 1)
})

test('a connection that sends no CONNECT is closed after the time for it', async () => {
  const hasty = await BrokerRig.start({ limits: { connectTimeoutMs: 20 } })
  const client = new RawMqtt(hasty.port)
  await client.closed
  await hasty.remove()
})

test('a packet over the limit closes its client by its header alone, and no other client', async () => {
  const large = await RawMqtt.connect(rig.port)
  const other = await RawMqtt.connect(rig.port)
  const exact = 65_536
  large.send(publishPacket('size/ok', 'x'.repeat(exact - 4 - 9 - 2), 1, 1))
  await large.next('puback')
  const before = rig.broker.counters.oversizedPackets
  // PUBLISH with a remaining length of 65,533 bytes, of which none follows: 65,537 with its header.
  large.socket.write(Buffer.from([0x32, 0xfd, 0xff, 0x03]))
  await large.closed
  assert.equal(rig.broker.counters.oversizedPackets, before + 1)
  assert.equal(rig.logged('LG_MQTT_PACKET_TOO_LARGE').length, 1)
  other.send(publishPacket('size/other', 'x', 1, 1))
  await other.next('puback')
  await other.end()
})

test('a client id in use moves to the newer connection', async () => {
  const older = await RawMqtt.connect(rig.port, { clientId: 'moving' })
  const before = rig.broker.connectedClients
  const newer = await RawMqtt.connect(rig.port, { clientId: 'moving' })
  await older.closed
  newer.send(publishPacket('moving', 'x', 1, 1))
  await newer.next('puback')
  assert.equal(rig.broker.connectedClients, before)
  await newer.end()
  await until(() => rig.broker.connectedClients === before - 1)
})

async function run(command: string, args: readonly string[]): Promise<{ code: number; output: string }> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  const keep = (chunk: Buffer) => {
    output += chunk.toString()
  }
  child.stdout.on('data', keep)
  child.stderr.on('data', keep)
  const [code] = (await once(child, 'close')) as [number]
  return { code, output }
}

test('a CONNECT of more than 128 KiB is refused by its header, however large other packets may be', async () => {
  const large = await BrokerRig.start({ maxPacketBytes: 1_048_576 })
  // Their headers alone: 131,073 and 131,072 bytes in all.
  const [tooLarge, fitting] = [0xfd, 0xfc].map((low) => {
    const client = new RawMqtt(large.port)
    client.socket.write(Buffer.from([0x10, low, 0xff, 0x07]))
    return client
  })
  await tooLarge!.closed
  assert.equal(large.logged('LG_MQTT_PACKET_TOO_LARGE').length, 1)
  await new Promise((resolve) => setTimeout(resolve, 100))
  assert.equal(fitting!.isClosed, false, 'it is waited for')
  await fitting!.end()
  await large.remove()
})
