import assert from 'node:assert/strict'
import type { IncomingMessage } from 'node:http'
import { after, before, describe, it } from 'node:test'
import type { Identity } from '../../src/core/identity.js'
import { CloseCode, TOPICS } from '../../src/live/protocol.js'
import { ListedIdentities } from '../support/listed-identities.js'
import { LiveClient, type LiveServer, startLive } from '../support/live.js'
import { sinkStatus, ViewsInMemory } from '../support/views.js'

const HERE = 'ningbo/mould'

describe('an operator of one workshop', { timeout: 30_000 }, () => {
  const identities = new ListedIdentities()
  const views = new ViewsInMemory()
  let live: LiveServer

  before(async () => {
    identities.add('whole', 'admin', '')
    identities.add('here', 'viewer', HERE)
    identities.add('here-too', 'operator', HERE)
    identities.add('line', 'viewer', `${HERE}/line`)
    for (const path of [`${HERE}/line/m-01`, 'ningbo/zebra/line/z-01', 'ningbo/zebra/line/z-02']) {
      views.addDevice(path)
    }
    for (const slot of [1, 2, 3]) views.receive(slot, slot)
    addLetter(1, `${HERE}/line/m-01`, 1)
    addLetter(2, 'ningbo/zebra/line/z-01', 2)
    // Its device has moved to the other workshop.
    addLetter(3, `${HERE}/line/m-02`, 3)
    views.sinkStatuses = [sinkStatus()]
    const asker = ({ headers }: IncomingMessage) => ({
      identity: identities.identify({ headers, address: '' }) as Identity,
    })
    live = await startLive(views, { minIntervalMs: 20 }, { asker, identities })
  })
  after(() => live.close())

  function addLetter(id: number, device: string, slot: number): void {
    views.deadLetters.add({
      id,
      slot,
      device,
      kind: 'message',
      timeMs: 1_700_000_000_000,
      reason: { code: 'malformed', message: device },
      topic: `factory/${device}`,
      qos: 1,
      clientId: device,
      sink: '',
      payload: Buffer.from(device),
    })
  }

  const connect = (name: string) =>
    LiveClient.connect(live.port, { headers: ListedIdentities.headersOf(name) })

  it('is told who they are, and which part of the tree they see', async () => {
    const client = await connect('here')
    const [hello] = client.frames
    assert.ok(hello?.type === 'hello')
    assert.deepEqual(hello.identity, { name: 'here', role: 'viewer', scope: HERE })
    await client.close()
  })

  it('gets that part where a subscription names none, or all', async () => {
    const client = await connect('here')
    for (const topic of TOPICS) {
      for (const [i, scope] of [{}, { scope: '' }].entries()) {
        client.send({ type: 'subscribe', id: `${topic}${i}`, topic, ...scope })
        assert.equal((await client.next('snapshot')).scope, HERE)
      }
    }
    assert.ok(!client.texts.join().includes('zebra'), client.texts.join('\n'))
    await client.close()
  })

  it('sees no name, count, sink or letter of another, at any depth, whatever happens there', async () => {
    const client = await connect('here')
    for (const topic of TOPICS) client.send({ type: 'subscribe', id: topic, topic, depth: 4, intervalMs: 20 })
    for (const _ of TOPICS) await client.next('snapshot')
    views.receive(2, 100)
    addLetter(4, 'ningbo/zebra/line/z-02', 3)
    views.receive(1, 1)
    const update = await client.until((frame) => frame.type === 'update' && frame.topic === 'counts')
    assert.ok(update.type === 'update' && update.topic === 'counts')
    assert.deepEqual([update.data.messages.received, update.data.sinks], [2, []])
    assert.ok(!client.texts.join().includes('zebra'), client.texts.join('\n'))
    const letters = client.frames.find((frame) => frame.type === 'snapshot' && frame.topic === 'deadLetters')
    assert.ok(letters?.type === 'snapshot' && letters.topic === 'deadLetters')
    assert.deepEqual([letters.data.kept, letters.data.letters.map(({ id }) => id)], [1, [1]])
    await client.close()
  })

  it('is refused any other scope, whether there is something or not', async () => {
    const client = await connect('here')
    const refused: string[] = []
    const others = [
      'ningbo',
      'ningbo/zebra',
      'ningbo/yacht',
      'ningbo/mould2',
      'ningbo/zebra/line/z-01',
      'z-01',
    ]
    for (const scope of others) {
      client.send({ type: 'subscribe', id: scope, topic: 'counts', scope })
      const { code, id, message } = await client.next('error')
      assert.deepEqual([code, id], ['LG_LIVE_SCOPE_REFUSED', scope])
      refused.push(message.replace(scope, ''))
    }
    assert.equal(new Set(refused).size, 1, 'the same words for each')
    client.send({ type: 'subscribe', id: 'below', topic: 'counts', scope: `${HERE}/line` })
    assert.equal((await client.next('snapshot')).scope, `${HERE}/line`)
    await client.close()
  })

  it('shares a feed with those of the same scope alone', async () => {
    const clients = await Promise.all(['here', 'here-too', 'whole'].map(connect))
    const before = live.hub.statistics.feeds
    for (const client of clients) {
      client.send({ type: 'subscribe', id: 'a', topic: 'counts', scope: HERE })
      await client.next('snapshot')
    }
    assert.equal(live.hub.statistics.feeds - before, 2)
    const [here, , whole] = clients.map(({ frames }) => frames.at(-1)!)
    assert.ok(here?.type === 'snapshot' && here.topic === 'counts' && here.data.sinks.length === 0)
    assert.ok(whole?.type === 'snapshot' && whole.topic === 'counts' && whole.data.sinks.length > 0)
    await Promise.all(clients.map((client) => client.close()))
  })

  it('is disconnected with a code of its own when the session ends, and others stay', async () => {
    const [ending, other] = await Promise.all([connect('line'), connect('here')])
    ending.send({ type: 'subscribe', id: 'a', topic: 'counts' })
    await ending.next('snapshot')
    identities.end('line')
    const { code, reason } = await ending.closed
    assert.deepEqual([code, reason], [CloseCode.signedOut, 'The session or token has ended'])
    other.send({ type: 'subscribe', id: 'a', topic: 'counts' })
    await other.next('snapshot')
    await other.close()
  })

  it('leaves nothing behind that waits for the session to end', async () => {
    const client = await connect('here')
    assert.equal(identities.listenersOf('here'), 1)
    await client.close()
    while (live.hub.statistics.connections > 0) await new Promise((resolve) => setTimeout(resolve, 5))
    assert.equal(identities.listenersOf('here'), 0)
  })
})
