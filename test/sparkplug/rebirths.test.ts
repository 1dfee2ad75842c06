import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, mock, test } from 'node:test'
import { PayloadReader } from '../../src/decode/sparkplug/wire/index.js'
import { rebirthRequest } from '../../src/sparkplug/rebirth-request.js'
import { type RebirthOptions, Rebirths } from '../../src/sparkplug/rebirths.js'

const NODE = { group: 'G', node: 'N' }

let nowMs = 0
let asked: { node: string; atMs: number }[]
let random: () => number

function started(options: Partial<RebirthOptions> = {}): Rebirths {
  const rebirths = new Rebirths({
    options: { minIntervalMs: 10_000, maxIntervalMs: 60_000, spreadMs: 0, ...options },
    ask: ({ node }) => asked.push({ node, atMs: nowMs }),
    steadyNow: () => nowMs,
    random: () => random(),
  })
  rebirths.start()
  return rebirths
}

function pass(ms: number): void {
  for (let left = ms; left > 0; left -= 100) {
    nowMs += Math.min(100, left)
    mock.timers.tick(Math.min(100, left))
  }
}

beforeEach(() => {
  nowMs = 1_000_000
  asked = []
  random = () => 0
  mock.timers.enable({ apis: ['setTimeout'] })
})

afterEach(() => mock.timers.reset())

describe('rebirth requests', () => {
  test('of one edge node are throttled, however often its birth is wanted', () => {
    const rebirths = started()
    for (let n = 0; n < 99; n++) {
      rebirths.want(NODE, 'node_unborn')
      pass(100)
    }
    assert.equal(asked.length, 1)
    pass(1_000)
    assert.equal(asked.length, 2)
    rebirths.close()
  })

  test('that do not help come more and more seldom, up to a bound', () => {
    const rebirths = started()
    for (let n = 0; n < 3_000; n++) {
      rebirths.want(NODE, 'metric_unknown')
      pass(100)
    }
    const pauses = asked.slice(1).map(({ atMs }, i) => Math.round((atMs - asked[i]!.atMs) / 10_000))
    assert.deepEqual(pauses, [1, 2, 4, 6, 6, 6])
    rebirths.close()
  })

  test('after a long quiet time begin with the short pause again', () => {
    const rebirths = started()
    for (let n = 0; n < 700; n++) {
      rebirths.want(NODE, 'metric_unknown')
      pass(100)
    }
    pass(600_000)
    asked = []
    for (let n = 0; n < 150; n++) {
      rebirths.want(NODE, 'metric_unknown')
      pass(100)
    }
    assert.deepEqual(
      asked.map(({ atMs }) => atMs - asked[0]!.atMs),
      [0, 10_000],
    )
    rebirths.close()
  })

  test('that wait are not sent when the edge node is born meanwhile', () => {
    const rebirths = started()
    rebirths.want(NODE, 'node_unborn')
    pass(100)
    assert.equal(rebirths.want(NODE, 'node_unborn'), true)
    assert.equal(rebirths.waiting, 1)
    rebirths.born(NODE)
    pass(60_000)
    assert.equal(asked.length, 1)
    rebirths.close()
  })

  test('are not sent after the host was closed', () => {
    const rebirths = started()
    rebirths.want(NODE, 'node_unborn')
    rebirths.close()
    assert.equal(rebirths.want(NODE, 'node_unborn'), false)
    pass(60_000)
    assert.deepEqual(asked, [])
  })

  test('to a fleet of 200 edge nodes after a start are spread over the whole time', () => {
    let n = 0
    random = () => ((n++ * 61) % 200) / 200
    const rebirths = started({ spreadMs: 30_000 })
    const startMs = nowMs
    for (let node = 0; node < 200; node++) rebirths.want({ group: 'G', node: `N${node}` }, 'node_unborn')
    pass(30_100)
    assert.equal(new Set(asked.map(({ node }) => node)).size, 200)
    assert.equal(asked.length, 200)
    const thirds = [0, 0, 0]
    for (const { atMs } of asked) thirds[Math.min(2, Math.floor((atMs - startMs) / 10_000))]!++
    for (const third of thirds) assert.ok(third > 55 && third < 80, String(thirds))
    rebirths.close()
  })

  test('long after the start go at once, but for births that were on disk', () => {
    random = () => 0.5
    const rebirths = started({ spreadMs: 30_000 })
    pass(60_000)
    rebirths.want(NODE, 'gap')
    rebirths.want({ group: 'G', node: 'other' }, 'restored')
    pass(100)
    assert.deepEqual(
      asked.map(({ node }) => node),
      ['N'],
    )
    pass(15_000)
    assert.deepEqual(
      asked.map(({ node }) => node),
      ['N', 'other'],
    )
    rebirths.close()
  })
})

test('a rebirth request is an NCMD with Node Control/Rebirth = true, a timestamp, no alias and no seq', () => {
  const { topic, payload, qos, retain } = rebirthRequest({ group: 'G 1', node: 'N' }, 1_700_000_000_123)
  assert.deepEqual([topic, qos, retain], ['spBv1.0/G 1/NCMD/N', 0, false])
  const reader = new PayloadReader()
  reader.read(payload)
  assert.deepEqual([reader.timestampMs, reader.seq, reader.metrics], ['1700000000123', -1, 1])
  const { names, aliases, timestamps, datatypes, lows } = reader
  assert.deepEqual(
    [names[0], aliases[0], timestamps[0], datatypes[0], lows[0]],
    ['Node Control/Rebirth', '', '1700000000123', 11, 1],
  )
})
