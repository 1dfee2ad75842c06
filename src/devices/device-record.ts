import type { TopicLevels } from '../core/device.js'
import type { DeviceRecord } from '../core/registry.js'
import { type DeviceInput, type DevicePatch, isValidId } from './device-input.js'
import { pathOf } from './device-path.js'
import { NO_LABELS, NO_NAME } from './entry.js'

/** A record out of what is stated of a device; `before` itself if that says the same. */
export function recordOf(
  id: string,
  input: DeviceInput,
  before: DeviceRecord | undefined,
  source: 'file' | 'api',
): DeviceRecord {
  const nowMs = Date.now()
  const after = newRecord(id, input)
  // Nobody takes a rejection back by stating what a device is.
  after.status = input.status ?? (before?.status === 'rejected' ? 'rejected' : 'confirmed')
  after.source = before?.source ?? source
  after.revision = (before?.revision ?? 0) + 1
  after.createdAtMs = before?.createdAtMs ?? nowMs
  after.updatedAtMs = nowMs
  return before !== undefined && saysTheSame(before, after) ? before : after
}

/** The path of the place that is stated. */
export function placeOf(id: string, { site = '', area = '', line = '', device }: DeviceInput): string {
  return pathOf({ site, area, line, device: device || id })
}

/** The record of a device that spoke first. `createdAtMs`: 0 if that was not noted. */
export function discoveredRecord(id: string, levels: TopicLevels, createdAtMs: number): DeviceRecord {
  const record = newRecord(id, levels)
  // As it was said: a client may have an empty id.
  record.device = levels.device
  record.status = 'discovered'
  record.source = 'contact'
  record.createdAtMs = createdAtMs
  record.updatedAtMs = createdAtMs
  return record
}

/** The id of a device that spoke first: what people call it, or else where it is, or else its slot. */
export function freeId(levels: TopicLevels, slot: number, isTaken: (id: string) => boolean): string {
  const isFree = (id: string) => isValidId(id) && !isTaken(id)
  const told = [levels.device, pathOf(levels), `device-${slot}`].find(isFree)
  if (told !== undefined) return told
  let n = 2
  while (isTaken(`device-${slot}-${n}`)) n++
  return `device-${slot}-${n}`
}

/** All that would be stated of the device after the patch. */
export function patched(record: DeviceRecord, patch: DevicePatch): DeviceInput {
  const { name, labels, status, ...others } = patch
  const { expectedIntervalMs, survivalTimeMs } = record
  const stated = Object.entries(others).filter(([, value]) => value !== undefined)
  const changes = Object.fromEntries(stated.map(([key, value]) => [key, value ?? undefined]))
  return {
    ...record,
    expectedIntervalMs,
    survivalTimeMs,
    ...changes,
    status: status ?? record.status,
    name: merged(record.name, name),
    labels: merged(record.labels, labels),
  }
}

/** Undefined leaves everything, null empties it; the same for each entry. */
function merged(
  known: Readonly<Record<string, string>>,
  changes: Readonly<Record<string, string | null | undefined>> | null | undefined,
): Record<string, string> {
  if (changes === null) return {}
  const all = { ...known, ...dropUndefined(changes ?? {}) }
  return Object.fromEntries(
    Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== null),
  )
}

function dropUndefined(
  entries: Readonly<Record<string, string | null | undefined>>,
): Record<string, string | null> {
  const stated = Object.entries(entries).filter(
    (entry): entry is [string, string | null] => entry[1] !== undefined,
  )
  return Object.fromEntries(stated)
}

type NewRecord = { -readonly [K in keyof DeviceRecord]: DeviceRecord[K] }

/** The one place where records are made, so that they have one shape, and share what is empty. */
export function newRecord(id: string, stated: Omit<DeviceInput, 'status'>): NewRecord {
  const { name, labels, device, expectedIntervalMs, survivalTimeMs } = stated
  const record: NewRecord = {
    id,
    status: 'confirmed',
    name: name?.zh || name?.en ? { zh: name.zh ?? '', en: name.en ?? '' } : NO_NAME,
    site: stated.site ?? '',
    area: stated.area ?? '',
    line: stated.line ?? '',
    device: device === undefined || device === '' || device === id ? id : device,
    model: stated.model ?? '',
    vendor: stated.vendor ?? '',
    sector: stated.sector ?? '',
    identifier: stated.identifier ?? '',
    labels: labels === undefined || isEmpty(labels) ? NO_LABELS : { ...labels },
    source: 'api',
    revision: 1,
    createdAtMs: 0,
    updatedAtMs: 0,
  }
  if (expectedIntervalMs !== undefined) record.expectedIntervalMs = expectedIntervalMs
  if (survivalTimeMs !== undefined) record.survivalTimeMs = survivalTimeMs
  return record
}

export function isEmpty(entries: object): boolean {
  for (const name in entries) if (Object.hasOwn(entries, name)) return false
  return true
}

function saysTheSame(a: DeviceRecord, b: DeviceRecord): boolean {
  const plain = ['id', 'status', 'site', 'area', 'line', 'device', 'model', 'vendor', 'sector'] as const
  const others = ['identifier', 'expectedIntervalMs', 'survivalTimeMs'] as const
  return (
    [...plain, ...others].every((key) => a[key] === b[key]) &&
    haveSameEntries(a.name, b.name) &&
    haveSameEntries(a.labels, b.labels)
  )
}

function haveSameEntries(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean {
  const names = Object.keys(a)
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name])
}
