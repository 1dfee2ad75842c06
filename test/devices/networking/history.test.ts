import assert from 'node:assert/strict'
import { afterEach, beforeEach, test } from 'node:test'
import { NetworkingRig, type Recorded } from './networking-rig.js'

let rig: NetworkingRig

beforeEach(() => {
  rig = new NetworkingRig().start()
})

afterEach(() => rig.remove())

const MINUTE = { expectedIntervalMs: 60_000 }

function placeOf({ tags: { level, site = '', area = '', line = '' } }: Recorded): string {
  return `${level} ${[site, area, line].join('/')}`
}

test('each full minute makes one point per node of the levels all, site, area and line', () => {
  rig.records.add('ningbo/moulding/line1/imm-01')
  rig.records.add('ningbo/moulding/line2/imm-02')
  rig.wallMs += 30_000
  rig.pass(29_000)
  assert.deepEqual(rig.points, [])
  rig.pass(1_000)
  assert.deepEqual(rig.points.map(placeOf), [
    'all //',
    'site ningbo//',
    'area ningbo/moulding/',
    'line ningbo/moulding/line1',
    'line ningbo/moulding/line2',
  ])
  assert.ok(rig.points.every(({ measurement }) => measurement === 'networking'))
  assert.ok(rig.points.every(({ timeMs }) => timeMs === Date.parse('2026-11-21T10:01:00Z')))
  rig.pass(120_000)
  assert.equal(rig.points.length, 15)
})

test('a point has the figures; a rate that there is not is left out', () => {
  const slot = rig.records.add('ningbo/moulding/line1/imm-01', MINUTE)
  rig.records.add('ningbo/moulding/line1/imm-02')
  rig.records.add('hangzhou/cnc/line1/cnc-01', { status: 'discovered' })
  rig.receive(slot, 3)
  rig.pass(120_000)
  const at = (place: string) => rig.points.findLast((point) => placeOf(point) === place)?.fields
  assert.deepEqual(at('line ningbo/moulding/line1'), {
    registered: '2',
    discovered: '0',
    connected: '0',
    fresh: '0',
    stale: '1',
    offline: '0',
    unknown: '1',
    networkingRate: '0',
    sessionRate: '0',
    deliveryHour: '1.5',
    deliveryShift: '1.5',
  })
  assert.deepEqual(at('site hangzhou//'), {
    registered: '0',
    discovered: '1',
    connected: '0',
    fresh: '0',
    stale: '0',
    offline: '0',
    unknown: '0',
  })
})

test('without devices nothing is recorded', () => {
  rig.pass(180_000)
  assert.deepEqual(rig.points, [])
})

test('the end of a shift makes one more point per node, timed within it', () => {
  const slot = rig.records.add('ningbo/moulding/line1/imm-01', MINUTE)
  rig.pass(4 * 3_600_000 - 1_000)
  rig.receive(slot, 120)
  rig.pass(1_000)
  const ended = rig.points.filter(({ fields }) => 'shift' in fields)
  assert.equal(ended.length, 4)
  for (const { fields, timeMs } of ended) {
    assert.equal(timeMs, Date.parse('2026-11-21T13:59:59.999Z'))
    assert.deepEqual([fields.shift, fields.deliveryShift], ['early', '0.5'])
  }
  const minutes = rig.points.filter(({ timeMs }) => timeMs === Date.parse('2026-11-21T14:00:00Z'))
  assert.equal(minutes.length, 4)
  assert.ok(minutes.every(({ fields }) => !('deliveryShift' in fields)))
})

test('devices that leave levels out belong to the levels that they have', () => {
  const bare = { site: '', area: '', line: '', device: 'cpe-01' }
  rig.records.add('cpe-01', bare)
  rig.records.add('x', { site: '', area: '', line: 'line9', device: 'robot' })
  rig.records.add('y', { site: 'ningbo', area: '', line: 'line1', device: 'agv-01' })
  rig.pass(60_000)
  assert.deepEqual(rig.points.map(placeOf).sort(), [
    'all //',
    'line //line9',
    'line ningbo//line1',
    'site ningbo//',
  ])
})
