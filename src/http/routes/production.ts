import { type Static, Type } from 'typebox'
import { GatewayError } from '../../core/errors.js'
import type { ProductionRow } from '../../devices/production/rows.js'
import { invalidParameter } from '../problem.js'
import { CLOSED, NOTHING, route } from '../route.js'
import { DevicePath, Time } from '../schema-parts.js'

const MAX_NODES = 10_000
const MAX_DEPTH = 4

const Amount = Type.Number({ minimum: 0 })
const Count = Type.Integer({ minimum: 0 })
const ratioOrNull = (description: string) => Type.Union([Type.Number(), Type.Null()], { description })

const COUNTS = {
  good: Amount,
  bad: Amount,
  cycles: Amount,
  resets: Count,
  wraps: Count,
  stepBacks: Type.Integer({ minimum: 0, description: 'Values below the highest that were no reset.' }),
  ignored: Type.Integer({ minimum: 0, description: 'Values that are no count.' }),
}

const Node = Type.Object({
  path: DevicePath,
  level: Type.Enum(['all', 'site', 'area', 'line', 'device']),
  devices: Type.Integer({ minimum: 0, description: 'With production, at or below it.' }),
  ...COUNTS,
  runningMs: Type.Number({ minimum: 0, description: 'Actual production time, APT.' }),
  plannedBusyMs: Type.Number({
    description: 'Planned busy time so far, PBT, of devices whose state is known.',
  }),
  availability: ratioOrNull('APT / PBT'),
  effectiveness: ratioOrNull('PRU · PQ / APT'),
  qualityRatio: ratioOrNull('GQ / PQ'),
  oee: ratioOrNull('availability · effectiveness · qualityRatio'),
  ever: Type.Object(COUNTS, { description: 'Since the device was first heard of.' }),
})

const RunningShift = Type.Object({
  name: Type.String(),
  day: Type.String({ description: 'Local day on which it began.' }),
  start: Time,
  end: Time,
})

const Query = Type.Object(
  {
    path: Type.String({
      description: 'Node of the tree site/area/line, or path of a device; empty for all.',
      maxLength: 1_024,
      default: '',
    }),
    depth: Type.Integer({
      description: 'Levels below it that are answered too.',
      minimum: 0,
      maximum: MAX_DEPTH,
      default: 1,
    }),
  },
  CLOSED,
)

export const productionRoute = route(
  {
    url: '/api/v1/production',
    access: { role: 'viewer', scope: 'tree' },
    summary: 'Production counts and OEE of the shift that runs, per node of the tree and per device.',
    params: NOTHING,
    query: Query,
    answer: Type.Object({
      time: Time,
      shift: Type.Union([RunningShift, Type.Null()], {
        description: 'Null between shifts; the counts then are those since the last one ended.',
      }),
      nodes: Type.Array(Node, {
        description: `Each before what is below it; ${MAX_NODES} at the most. None without production.`,
      }),
    }),
    errors: ['LG_NOT_FOUND'],
  },
  ({ production }, { query }) => {
    const rows = production?.rows(query.path, query.depth)
    if (production === undefined || rows === undefined)
      throw new GatewayError('LG_NOT_FOUND', { path: query.path })
    const { shift } = production
    return {
      time: new Date().toISOString(),
      shift:
        shift === undefined
          ? null
          : { name: shift.name, day: shift.day, start: toTime(shift.startMs), end: toTime(shift.endMs) },
      nodes: toNodes(rows),
    }
  },
)

function toNodes(rows: Iterable<ProductionRow>): Static<typeof Node>[] {
  const nodes: Static<typeof Node>[] = []
  for (const { path, level, figures } of rows) {
    if (nodes.length === MAX_NODES)
      throw invalidParameter(
        'depth',
        `must be smaller, or path longer: there are more than ${MAX_NODES} nodes`,
      )
    const { shift: _, ever, ...numbers } = figures
    nodes.push({ path, level, ...numbers, ever: { ...ever } })
  }
  return nodes
}

function toTime(epochMs: number): string {
  return new Date(epochMs).toISOString()
}
