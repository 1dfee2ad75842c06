import { type Static, Type } from 'typebox'
import type { DeviceRecord } from '../core/registry.js'
import { pathOf } from '../devices/device-path.js'
import type { HttpViews } from './inputs.js'
import { DevicePath, LastReceived, Time, timeOrNull } from './schema-parts.js'

export const STATUSES = ['confirmed', 'discovered', 'rejected'] as const
export const PRESENCES = ['unknown', 'online', 'stale', 'offline'] as const

const Presence = Type.Object(
  {
    state: Type.Enum([...PRESENCES]),
    connected: Type.Boolean({ description: 'The session of its client is open.' }),
    clientId: Type.String({ description: 'The MQTT client that speaks for it; empty if none is known.' }),
    since: Time,
    lastHeard: LastReceived,
    reason: Type.Object({ code: Type.String(), en: Type.String(), zh: Type.String() }),
  },
  { description: 'Absent where presence is not watched, and for a rejected device.' },
)

const Milliseconds = Type.Optional(Type.Integer({ minimum: 0, description: 'Absent if it is not stated.' }))

const KnownTime = Type.Union([Time, Type.Null()], {
  description: 'Null for a device that was seen before times were noted.',
})

/** A device in a list. */
export const ListedDevice = Type.Object({
  id: Type.String(),
  status: Type.Enum([...STATUSES]),
  name: Type.Object({ zh: Type.String(), en: Type.String() }),
  path: DevicePath,
  site: Type.String(),
  area: Type.String(),
  line: Type.String(),
  device: Type.String(),
  model: Type.String(),
  vendor: Type.String(),
  sector: Type.String({ description: 'Division of GB/T 4754, two digits; empty if it is not stated.' }),
  expectedIntervalMs: Milliseconds,
  survivalTimeMs: Milliseconds,
  identifier: Type.String({ description: 'Handle, OID or DID.' }),
  labels: Type.Record(Type.String(), Type.String()),
  source: Type.Enum(['file', 'api', 'contact'], { description: 'Where it came from first.' }),
  revision: Type.Integer({ minimum: 1, description: 'Rises with every change; in quotes, the ETag.' }),
  createdAt: KnownTime,
  updatedAt: KnownTime,
  lastReceived: LastReceived,
  presence: Type.Optional(Presence),
})
export type ListedDevice = Static<typeof ListedDevice>

const Clock = Type.Object(
  {
    state: Type.Enum(['unknown', 'ok', 'behind', 'ahead', 'unset']),
    skewMs: Type.Number({
      description: 'Milliseconds that it is ahead of the gateway, negative: behind; estimated.',
    }),
    samples: Type.Integer({ description: 'Points with a time since the gateway started.' }),
  },
  { description: 'The clock of the device, by the times in its points.' },
)

/** A device by itself. */
export const DeviceAnswer = Type.Object({
  ...ListedDevice.properties,
  clock: Type.Optional(Clock),
  series: Type.Optional(
    Type.Integer({ description: 'Measurement, tag set and field make one; quality.budget bounds them.' }),
  ),
  addresses: Type.Array(DevicePath, {
    description: 'Its place, then the places that it had before, the newest first.',
  }),
})
export type DeviceAnswer = Static<typeof DeviceAnswer>

export function listedDevice(views: HttpViews, slot: number, record: DeviceRecord): ListedDevice {
  const { createdAtMs, updatedAtMs, ...rest } = record
  return {
    ...rest,
    name: { ...record.name },
    labels: { ...record.labels },
    path: pathOf(record),
    createdAt: timeOrNull(createdAtMs),
    updatedAt: timeOrNull(updatedAtMs),
    lastReceived: timeOrNull(views.ledger.lastReceivedMs(slot)),
    ...presenceOf(views, slot, record),
  }
}

export function deviceAnswer(views: HttpViews, slot: number, record: DeviceRecord): DeviceAnswer {
  return {
    ...listedDevice(views, slot, record),
    ...qualityOf(views, slot),
    addresses: [...views.registry.addresses(slot)],
  }
}

function qualityOf({ quality }: HttpViews, slot: number) {
  if (quality === undefined) return {}
  return { clock: { ...quality.skews.of(slot) }, series: quality.series.ofDevice(slot) }
}

function presenceOf({ presence }: HttpViews, slot: number, { status }: DeviceRecord) {
  if (presence === undefined || status === 'rejected') return {}
  const { state, connected, clientId, sinceMs, lastHeardMs, reason } = presence.of(slot)
  const { code, en, zh } = reason
  return {
    presence: {
      state,
      connected,
      clientId,
      since: new Date(sinceMs).toISOString(),
      lastHeard: timeOrNull(lastHeardMs),
      reason: { code, en, zh },
    },
  }
}
