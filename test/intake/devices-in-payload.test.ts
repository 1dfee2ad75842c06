import assert from 'node:assert/strict'
import { afterEach, describe, test } from 'node:test'
import { parseConfig } from '../../src/config/validate.js'
import { Column } from '../../src/core/tally.js'
import { IngestRig } from '../support/ingest-rig.js'
import { eventually } from '../support/ports.js'
import { RunningGateway } from '../support/running-gateway.js'

const TOPIC = 'gw/s1/l1/gateway-1'
const ROUTE = {
  topic: 'gw/{site}/{line}/{device}',
  decoder: 'json',
  mapping: {
    records: {
      at: 'values[*]',
      field: 'name',
      value: 'v',
      device: { device: 'serial' },
    },
  },
}
const CONFIG = parseConfig({ routes: [ROUTE] })

function payloadOf(...serials: (string | undefined)[]): string {
  const values = serials.map((serial, n) => ({
    name: 'temp',
    v: n,
    ...(serial === undefined ? {} : { serial }),
  }))
  return JSON.stringify({ values })
}

describe('points for other devices than that of their message', () => {
  const rigs: IngestRig[] = []
  afterEach(async () => {
    for (const rig of rigs.splice(0)) await rig.close()
  })

  async function start(): Promise<IngestRig> {
    const rig = await IngestRig.start({ config: CONFIG })
    rigs.push(rig)
    return rig
  }

  function countsAt(rig: IngestRig, path: string) {
    const { slot } = rig.devices.at(path)!
    const { messages, points } = rig.ledger.counts(slot)
    return {
      received: messages.received,
      carried: rig.ledger.value(slot, Column.carried),
      decoded: points.decoded,
      pending: points.pending,
      filtered: points.filtered,
    }
  }

  test('are counted and stored for those; the message is counted for its own', async () => {
    const rig = await start()
    await rig.send(TOPIC, payloadOf('d1', 'd2', undefined, 'd1', 'd2', 'd2'))
    assert.deepEqual(countsAt(rig, 's1/l1/gateway-1'), {
      received: 1,
      carried: 0,
      decoded: 1,
      pending: 1,
      filtered: 0,
    })
    assert.deepEqual(countsAt(rig, 's1/l1/d1'), {
      received: 0,
      carried: 1,
      decoded: 2,
      pending: 2,
      filtered: 0,
    })
    assert.deepEqual(countsAt(rig, 's1/l1/d2'), {
      received: 0,
      carried: 1,
      decoded: 3,
      pending: 3,
      filtered: 0,
    })
    const devices = rig.points().map(({ tags }) => tags.map(({ value }) => value).join('/'))
    assert.deepEqual(
      devices,
      ['d1', 'd2', 'gateway-1', 'd1', 'd2', 'd2'].map((name) => `${name}/l1/s1`),
    )
    assert.equal(rig.ledger.totals().messages.received, 1)
  })

  test('count each message that carried them once', async () => {
    const rig = await start()
    for (let n = 0; n < 3; n++) await rig.send(TOPIC, payloadOf('d1', 'd2', 'd1'))
    assert.equal(countsAt(rig, 's1/l1/d1').carried, 3)
    assert.equal(countsAt(rig, 's1/l1/d2').carried, 3)
    assert.equal(rig.ledger.totals().messages.received, 3)
  })

  test('that name the device of the message itself are carried by nobody', async () => {
    const rig = await start()
    await rig.send(TOPIC, payloadOf('gateway-1'))
    assert.deepEqual(countsAt(rig, 's1/l1/gateway-1'), {
      received: 1,
      carried: 0,
      decoded: 1,
      pending: 1,
      filtered: 0,
    })
    assert.equal(rig.devices.size, 1)
  })

  test('bring new devices in the transaction of the block', async () => {
    const rig = await start()
    const names = Array.from({ length: 50 }, (_, n) => `d${n}`)
    await rig.send(TOPIC, payloadOf(...names))
    const found = await rig.afterKill(({ devices }) => names.map((name) => devices.at(`s1/l1/${name}`)?.slot))
    assert.deepEqual(
      found,
      names.map((name) => rig.devices.at(`s1/l1/${name}`)!.slot),
    )
  })

  test('of a rejected device are left out, and those of the others are not', async () => {
    const rig = await start()
    await rig.send(TOPIC, payloadOf('d1', 'd2'))
    await rig.devices.setStatus('d1', 'rejected')
    await rig.send(TOPIC, payloadOf('d1', 'd2'))
    assert.deepEqual(countsAt(rig, 's1/l1/d1'), {
      received: 0,
      carried: 2,
      decoded: 2,
      pending: 1,
      filtered: 1,
    })
    assert.deepEqual(countsAt(rig, 's1/l1/d2'), {
      received: 0,
      carried: 2,
      decoded: 2,
      pending: 2,
      filtered: 0,
    })
    const { slot } = rig.devices.at('s1/l1/d1')!
    assert.deepEqual(rig.ledger.reasons([slot]), { device_rejected: 1 })
    await rig.devices.setStatus('d1', 'confirmed')
    await rig.send(TOPIC, payloadOf('d1'))
    assert.equal(countsAt(rig, 's1/l1/d1').pending, 2)
  })

  test('are heard by presence, as the device of the message is', async () => {
    const gateway = await RunningGateway.start(`routes: ${JSON.stringify([ROUTE])}`)
    try {
      await gateway.publish(TOPIC, payloadOf('d1', 'd2'))
      await eventually('all three are heard', async () => {
        const answer = await fetch(`${gateway.url}/api/v1/devices`)
        const { devices } = (await answer.json()) as {
          devices: { device: string; presence?: { lastHeard: string | null } }[]
        }
        const heard = devices.filter(({ presence }) => typeof presence?.lastHeard === 'string')
        return heard.length === 3 ? true : undefined
      })
    } finally {
      await gateway.close()
    }
  })
})
