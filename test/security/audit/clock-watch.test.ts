import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AuditEvent } from '../../../src/core/audit.js'
import { ClockWatch } from '../../../src/security/audit/clock-watch.js'

test('a clock that is set is on record once, by how much; one that drifts or is corrected is not', () => {
  const events: AuditEvent[] = []
  let wallMs = 1_000_000
  let steadyMs = 0
  const watch = new ClockWatch({
    gatewayId: 'plant-1',
    audit: { record: (event) => events.push(event) },
    wallNow: () => wallMs,
    steadyNow: () => steadyMs,
  })
  const after = (wall: number, steady: number) => {
    wallMs += wall
    steadyMs += steady
    watch.look()
  }
  watch.start()
  watch.stop()
  for (let i = 0; i < 10; i++) after(10_900, 10_000)
  assert.deepEqual(events, [])
  after(10_000 + 3_600_000, 10_000)
  after(10_000, 10_000)
  after(10_000 - 7_200_000, 10_000)
  assert.deepEqual(
    events.map(({ id, target, details }) => [id, target, details]),
    [
      ['clock_changed', 'plant-1', { byMs: 3_600_000 }],
      ['clock_changed', 'plant-1', { byMs: -7_200_000 }],
    ],
  )
})
