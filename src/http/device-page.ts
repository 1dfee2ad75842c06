import { setImmediate } from 'node:timers/promises'
import { NO_DEVICE_SLOT } from '../core/device.js'
import { readCursor, writeCursor } from './cursor.js'
import type { Passes } from './device-filter.js'
import { First, orderOf, readPlace, writePlace } from './device-order.js'
import type { HttpViews } from './inputs.js'

/** Devices looked at before the gateway takes messages again. */
const DEVICES_PER_TURN = 2_000

export interface DevicePage {
  readonly slots: readonly number[]
  readonly nextCursor: string | null
}

export interface PageQuery {
  readonly sort?: string
  readonly limit: number
  readonly cursor?: string
}

/**
 * One page of the devices that pass. A page begins after a place in the order, not after a number of devices: whatever is
 * registered, moved or removed meanwhile, a device that stays as it is comes once. In the order of arrival a page looks
 * at the devices after that place until it is full; in any other, at all of them.
 */
export function readDevicePage(
  views: HttpViews,
  passes: Passes | undefined,
  query: PageQuery,
): Promise<DevicePage> {
  return query.sort === undefined ? readByArrival(views, passes, query) : readSorted(views, passes, query)
}

async function readByArrival(
  { registry }: HttpViews,
  passes: Passes | undefined,
  { limit, cursor }: PageQuery,
): Promise<DevicePage> {
  const slots: number[] = []
  const after = cursor === undefined ? NO_DEVICE_SLOT : readCursor('device', cursor)
  for (let slot = after + 1; slot <= registry.size && slots.length <= limit; slot++) {
    if (slot % DEVICES_PER_TURN === 0) await setImmediate()
    const record = registry.record(slot)
    if (record !== undefined && (passes === undefined || passes(slot, record))) slots.push(slot)
  }
  const page = slots.slice(0, limit)
  return { slots: page, nextCursor: slots.length > limit ? writeCursor('device', page.at(-1)!) : null }
}

async function readSorted(
  { registry, ledger }: HttpViews,
  passes: Passes | undefined,
  { sort = '', limit, cursor }: PageQuery,
): Promise<DevicePage> {
  const order = orderOf(sort, (slot) => ledger.lastReceivedMs(slot))
  const after = cursor === undefined ? undefined : readPlace(order, cursor)
  const first = new First(order, limit + 1)
  for (let slot = 1; slot <= registry.size; slot++) {
    if (slot % DEVICES_PER_TURN === 0) await setImmediate()
    const record = registry.record(slot)
    if (record === undefined || (passes !== undefined && !passes(slot, record))) continue
    const place = order.place(slot, record)
    if (after === undefined || order.compare(place, after) > 0) first.offer(place)
  }
  const places = first.take()
  const page = places.slice(0, limit)
  const nextCursor = places.length > limit ? writePlace(order, page.at(-1)!) : null
  return { slots: page.map(({ slot }) => slot), nextCursor }
}
