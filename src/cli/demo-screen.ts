import type { CountsState } from '../live/protocol.js'
import { count, milliseconds, rate } from './numbers.js'
import { table } from './table.js'
import type { Texts } from './texts.js'

/** The counts of one instant as a block of lines. */
export function demoLines({ messages, points, rates, devices, sinks }: CountsState, texts: Texts): string[] {
  const { ledger, demo } = texts
  const right = 'right' as const
  const rows = [
    [demo.messages, ledger.received, count(messages.received), rate(rates.messagesReceived)],
    ['', ledger.decoded, count(messages.decoded), ''],
    ['', ledger.deadLettered, count(messages.deadLettered), ''],
    [demo.points, ledger.decoded, count(points.decoded), rate(rates.pointsDecoded)],
    ['', ledger.stored, count(points.stored), rate(rates.pointsStored)],
    ['', ledger.pending, count(points.pending), ''],
    ['', ledger.deadLettered, count(points.deadLettered), ''],
  ]
  const columns = [
    { title: '' },
    { title: '' },
    { title: demo.count, align: right },
    { title: demo.perSecond, align: right },
  ]
  const { states } = texts.sink
  return [
    ...table(columns, rows).trimEnd().split('\n'),
    '',
    demo.devices(count(devices.active), count(devices.seen)),
    ...sinks.map(({ name, state, pendingPoints, lagMs }) =>
      demo.sink(name, states[state], count(pendingPoints), milliseconds(lagMs)),
    ),
  ]
}
