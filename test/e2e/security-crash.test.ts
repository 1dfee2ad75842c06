import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { GuardedDevice } from '../support/guarded-device.js'
import { GuardedGateway } from '../support/guarded-gateway.js'

const LINE = 'ningbo/press/line1'
const KILLS = 2
const DEVICES = 4
const topicOf = (device: string) => `factory/${LINE}/${device}/telemetry`

let gateway: GuardedGateway

before(async () => {
  gateway = await GuardedGateway.start()
})

after(() => gateway.remove())

interface Acknowledged {
  permitted: number
  refused: number
}

/** Publishes permitted and refused messages in turn until the connection breaks. */
async function publish(name: string, password: string, counts: Acknowledged): Promise<void> {
  const device = await GuardedDevice.connect(gateway, { password, clientId: name })
  for (;;) {
    try {
      await device.client.publishAsync(topicOf(name), `{"n":${counts.permitted}}`, { qos: 1 })
      counts.permitted++
      await device.client.publishAsync(topicOf('victim'), `{"forged":1}`, { qos: 1 })
      counts.refused++
    } catch {
      return
    }
  }
}

test('kill -9 while devices publish what they may and what they may not loses no count of either, and no record', async () => {
  const names = Array.from({ length: DEVICES }, (_, i) => `k-${i}`)
  const tokens = new Map<string, string>()
  const counts = new Map<string, Acknowledged>()
  for (const name of names) {
    tokens.set(name, await gateway.addToken(name, { place: `${LINE}/${name}` }))
    counts.set(name, { permitted: 0, refused: 0 })
  }
  for (let kill = 0; kill < KILLS; kill++) {
    const publishing = names.map((name) => publish(name, tokens.get(name)!, counts.get(name)!))
    await new Promise((resolve) => setTimeout(resolve, 600 + 250 * kill))
    await gateway.end('SIGKILL')
    await Promise.all(publishing)
    await gateway.run()
    await gateway.verifyAudit()
  }
  const { devices, totals } = await gateway.settled()
  for (const name of names) {
    const row = devices.find(({ device }) => device === name)!
    const { permitted, refused } = counts.get(name)!
    assert.ok(permitted > KILLS && refused > KILLS, `${name} published in every round`)
    // One in each round may have been counted, and its acknowledgement not have left.
    for (const [what, counted, acknowledged] of [
      ['decoded', row.messages.decoded, permitted],
      ['stored', row.points.stored, permitted],
      ['refused', row.messages.refused, refused],
      ['refused by reason', row.reasons.publish_refused, refused],
    ] as const) {
      const more = counted! - acknowledged
      assert.ok(more >= 0 && more <= KILLS, `${name}: ${what} ${counted}, acknowledged ${acknowledged}`)
    }
  }
  assert.equal(
    devices.some(({ device }) => device === 'victim'),
    false,
    'nobody spoke for it',
  )
  assert.equal(
    totals.reasons.publish_refused,
    devices.reduce((sum, { messages }) => sum + messages.refused, 0),
  )
  for (const name of names)
    await gateway.audited('publish_refused', { actor: `device:${name}`, target: topicOf('victim') })
  assert.equal((await gateway.auditRecords('started')).length, KILLS + 1)
})
