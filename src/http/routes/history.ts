import { Type } from 'typebox'
import { causeOf, GatewayError } from '../../core/errors.js'
import { AGGREGATES, type HistoryQuery, type HistoryRow } from '../../core/sink.js'
import { HistoryParameters, toHistoryQuery } from '../history-query.js'
import type { HistoryStore } from '../inputs.js'
import { invalidParameter } from '../problem.js'
import { NOTHING, route } from '../route.js'
import { DevicePath, Time } from '../schema-parts.js'
import { resolveDevice } from '../select-devices.js'

const Row = Type.Object({
  time: Time,
  value: Type.Union([Type.Number(), Type.String(), Type.Boolean()], {
    description: 'Integers beyond 2^53 as a string of digits.',
  }),
})

export const historyRoute = route(
  {
    url: '/api/v1/history',
    access: { role: 'viewer', scope: 'tree' },
    summary: 'The stored values of one field of a device, oldest first.',
    params: NOTHING,
    query: HistoryParameters,
    answer: Type.Object({
      device: Type.String(),
      path: DevicePath,
      field: Type.String(),
      measurement: Type.Optional(Type.String()),
      sink: Type.String(),
      from: Time,
      to: Time,
      every: Type.Optional(Type.String()),
      aggregate: Type.Optional(Type.Enum([...AGGREGATES])),
      rows: Type.Array(Row),
      truncated: Type.Boolean({
        description: 'There are more rows than limit: ask again from the last one.',
      }),
    }),
    errors: [
      'LG_DEVICE_UNKNOWN',
      'LG_DEVICE_AMBIGUOUS',
      'LG_HISTORY_UNAVAILABLE',
      'LG_REQUEST_TOOK_TOO_LONG',
    ],
  },
  async ({ devices, stores }, { query: parameters }) => {
    const store = chooseStore(stores, parameters.sink)
    const { path, ...device } = resolveDevice(devices, parameters.device)
    const query = toHistoryQuery(parameters, { path, ...device })
    const rows = await ask(store, query)
    const { field, measurement, fromMs, toMs, aggregate } = query
    const { every } = parameters
    return {
      device: device.device,
      path,
      field,
      ...(measurement === undefined ? {} : { measurement }),
      sink: store.name,
      from: new Date(fromMs).toISOString(),
      to: new Date(toMs).toISOString(),
      ...(every === undefined ? {} : { every }),
      ...(aggregate === undefined ? {} : { aggregate }),
      rows: rows.slice(0, parameters.limit).map(toRow),
      truncated: rows.length > parameters.limit,
    }
  },
)

function chooseStore(stores: readonly HistoryStore[], name: string | undefined): HistoryStore {
  const chosen = name === undefined ? stores[0] : stores.find((store) => store.name === name)
  if (chosen !== undefined) return chosen
  throw invalidParameter('sink', `must be one of ${stores.map((store) => store.name).join(', ')}`)
}

async function ask(store: HistoryStore, query: HistoryQuery): Promise<readonly HistoryRow[]> {
  try {
    return await store.query(query)
  } catch (error) {
    throw new GatewayError(
      'LG_HISTORY_UNAVAILABLE',
      { sink: store.name, cause: causeOf(error) },
      { cause: error },
    )
  }
}

function toRow({ time, value }: HistoryRow) {
  return { time, value: typeof value === 'bigint' ? value.toString() : value }
}
