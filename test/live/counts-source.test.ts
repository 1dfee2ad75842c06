import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CountsSource } from '../../src/live/counts-source.js'
import { DEFAULT_LIVE_OPTIONS } from '../../src/live/options.js'
import type { CountsState } from '../../src/live/protocol.js'
import { TreeCounts } from '../../src/live/tree-counts.js'
import { ViewsInMemory } from '../support/views.js'

const REQUEST = { topic: 'counts', scope: '', within: '', intervalMs: 500, depth: 1 } as const

function sourceOver(views: ViewsInMemory): (steadyMs: number) => CountsState {
  const source = new CountsSource(
    views,
    new TreeCounts(views.ledger, views.tree, 60_000),
    REQUEST,
    DEFAULT_LIVE_OPTIONS,
  )
  return (steadyMs) => {
    source.sample({ wallMs: 1_700_000_000_000, steadyMs })
    return JSON.parse(source.whole()) as CountsState
  }
}

test('a rate is the change since the sample before, per second, to a tenth', () => {
  const views = new ViewsInMemory()
  const slot = views.addDevice('ningbo/moulding/line1/imm-01')
  views.receive(slot, 1_000_000)
  const sample = sourceOver(views)
  assert.equal(sample(1000).rates.messagesReceived, 0, 'nothing to compare with')
  views.receive(slot, 100)
  const { rates, children } = sample(1500)
  const expected = { messagesReceived: 200, pointsDecoded: 200, pointsStored: 200, deadLettered: 0 }
  assert.deepEqual(rates, expected)
  assert.deepEqual(children?.[0]?.rates, expected)
  views.receiveUndecodable(slot, 'malformed')
  assert.deepEqual(sample(1800).rates, {
    messagesReceived: 3.3,
    pointsDecoded: 0,
    pointsStored: 0,
    deadLettered: 3.3,
  })
})

test('after a quiet time a rate spans one interval, not the whole quiet time', () => {
  const views = new ViewsInMemory()
  const slot = views.addDevice('ningbo/moulding/line1/imm-01')
  const sample = sourceOver(views)
  for (const steadyMs of [1000, 1500, 2000, 2500]) sample(steadyMs)
  views.receive(slot, 10)
  assert.equal(sample(3000).rates.messagesReceived, 20)
})

test('a node that appears has no rate before it was seen twice', () => {
  const views = new ViewsInMemory()
  const sample = sourceOver(views)
  sample(1000)
  views.receive(views.addDevice('ningbo/moulding/line1/imm-01'), 10)
  const appeared = sample(1500)
  assert.equal(appeared.rates.messagesReceived, 20)
  assert.equal(appeared.children?.[0]?.rates.messagesReceived, 0)
})
