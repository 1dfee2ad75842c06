/**
 * The series that the budget has admitted, and what the stages remember of each.
 *
 * A series is kept from its first admitted field on, for as long as the gateway runs. One that was never admitted is kept
 * among the last few thousand of these, so that a device that invents tag values without end costs no memory without end:
 * whoever opens a series keeps the object from one message to the next only if it `isAdmitted`, and else opens it again.
 *
 * After a restart a series is read from disk when it first speaks; the counts, which the budget goes by, are complete from
 * the start. A device all of whose series have been read is not looked up any more.
 *
 * An admitted series costs about 300 bytes here (its key, the object, the maps), beside 12 bytes per point remembered.
 */
import { detached } from '../../core/detached.js'
import type { Device } from '../../core/device.js'
import { Generations } from '../../core/generations.js'
import type { FieldType } from '../../core/point-batch.js'
import type { QualityStore } from '../quality-store.js'
import { SeriesState } from '../series-state.js'
import type { KnownTypes } from '../types/known-types.js'
import { FieldSets, NO_FIELDS } from './field-set.js'
import { SeriesRows } from './series-rows.js'

const CANDIDATES_PER_GENERATION = 2_048

/** Of one device: how many series it has, and how many of these have been read since the start. */
interface DeviceSeries {
  count: number
  read: number
  first: SeriesState | undefined
}

export class SeriesStore {
  readonly #rows: SeriesRows
  readonly #types: KnownTypes
  readonly #sets = new FieldSets()
  readonly #admitted = new Map<string, SeriesState>()
  readonly #candidates = new Generations<SeriesState>(CANDIDATES_PER_GENERATION)
  readonly #devices = new Map<number, DeviceSeries>()
  #total = 0

  constructor(store: QualityStore, types: KnownTypes) {
    this.#rows = new SeriesRows(store)
    this.#types = types
  }

  start(): void {
    this.#total = this.#rows.total()
  }

  /** Series of all devices, each with its fields: measurement, tag set and field make one. */
  get count(): number {
    return this.#total
  }

  ofDevice(slot: number): number {
    return this.#devices.get(slot)?.count ?? this.#rows.count(slot)
  }

  /**
   * What is remembered of a series, the same object for the same key. To be kept by the caller only if it `isAdmitted`.
   * A series that a device took over from another one with its place stays that of the other.
   */
  open(device: Device, measurement: string, key: string): SeriesState {
    return (
      this.#admitted.get(key) ??
      this.#candidate(device.slot, key) ??
      this.#meet(device.slot, measurement, key)
    )
  }

  /** Fields that the series did not have; the caller has checked that there is room for them. */
  admit(series: SeriesState, names: readonly string[], types: readonly FieldType[]): void {
    const device = this.#deviceOf(series.slot)
    if (!series.isAdmitted) this.#keep(series, device)
    this.#rows.add(series.slot, series.key, series.fields.names.length, { names, types })
    for (let i = 0; i < names.length; i++) this.#types.learn(series.measurement, names[i]!, types[i]!)
    series.fields = this.#sets.with(series.fields, names, types)
    device.count += names.length
    device.read += names.length
    this.#total += names.length
    this.#rows.writeCounts(this.#total, series.slot, device.count)
  }

  /** The device was removed: its series make room for others. Types stay, as InfluxDB keeps them. */
  forget(slot: number): void {
    const device = this.#deviceOf(slot)
    for (let series = device.first; series !== undefined; series = series.next) this.#drop(series)
    this.#rows.removeDevice(slot)
    this.#devices.delete(slot)
    this.#total -= device.count
    this.#rows.writeCounts(this.#total, slot, 0)
  }

  /** Not that of a device which had the place before. */
  #candidate(slot: number, key: string): SeriesState | undefined {
    const series = this.#candidates.get(key)
    return series?.slot === slot ? series : undefined
  }

  #meet(slot: number, measurement: string, key: string): SeriesState {
    const series = new SeriesState(slot, detached(measurement), key)
    const device = this.#deviceOf(slot)
    if (device.read < device.count) this.#read(series, device)
    if (!series.isAdmitted) this.#candidates.set(key, series)
    return series
  }

  #read(series: SeriesState, device: DeviceSeries): void {
    const { names, types } = this.#rows.fields(series.slot, series.key)
    if (names.length === 0) return
    this.#keep(series, device)
    series.fields = this.#sets.with(NO_FIELDS, names, types)
    device.read += names.length
  }

  #keep(series: SeriesState, device: DeviceSeries): void {
    this.#admitted.set(series.key, series)
    series.next = device.first
    device.first = series
  }

  #drop(series: SeriesState): void {
    this.#rows.removeSeries(series.slot, series.key, series.fields.names.length)
    this.#admitted.delete(series.key)
    series.fields = NO_FIELDS
    series.recent?.release()
    series.recent = undefined
  }

  #deviceOf(slot: number): DeviceSeries {
    let device = this.#devices.get(slot)
    if (device === undefined) {
      device = { count: this.#rows.count(slot), read: 0, first: undefined }
      this.#devices.set(slot, device)
    }
    return device
  }
}
