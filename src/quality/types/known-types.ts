/**
 * The type of each field of each measurement, for all devices: InfluxDB gives a field of a measurement one type within a
 * shard, whatever the series, and refuses points with another. The first that is admitted decides.
 *
 * Format: key `t/<digest of the measurement>/<digest of the field>`, value JSON `[measurement, field, type]`.
 *
 * Bounds: a type is learnt when the budget admits the first series that has it, so there are never more types than series
 * were admitted. Types outlive their devices, as they do in InfluxDB. A measurement is read when it is first asked for.
 */
import { detached } from '../../core/detached.js'
import { Generations } from '../../core/generations.js'
import type { FieldType } from '../../core/point-batch.js'
import { digestOf } from '../digest.js'
import type { QualityStore } from '../quality-store.js'

type TypesByField = Map<string, FieldType>

const UNKNOWN_MEASUREMENTS = 1_024

export class KnownTypes {
  readonly #store: QualityStore
  readonly #measurements = new Map<string, TypesByField>()
  /** Measurements without any type yet: forgotten again, since devices may invent them. */
  readonly #unknown = new Generations<TypesByField>(UNKNOWN_MEASUREMENTS)

  constructor(store: QualityStore) {
    this.#store = store
  }

  /** Undefined for a field that no series has yet. */
  of(measurement: string, field: string): FieldType | undefined {
    return this.#fieldsOf(measurement).get(field)
  }

  /** The first type stays. */
  learn(measurement: string, field: string, type: FieldType): void {
    const fields = this.#fieldsOf(measurement)
    if (fields.has(field)) return
    if (fields.size === 0) this.#measurements.set(detached(measurement), fields)
    fields.set(detached(field), type)
    const value = JSON.stringify([measurement, field, type])
    this.#store.put(prefixOf(measurement) + digestOf(field), Buffer.from(value))
  }

  #fieldsOf(measurement: string): TypesByField {
    return this.#measurements.get(measurement) ?? this.#unknown.get(measurement) ?? this.#read(measurement)
  }

  #read(measurement: string): TypesByField {
    const fields: TypesByField = new Map()
    for (const { value } of this.#store.entries(prefixOf(measurement))) {
      const [, field, type] = JSON.parse(value.toString()) as [string, string, FieldType]
      fields.set(field, type)
    }
    if (fields.size > 0) this.#measurements.set(detached(measurement), fields)
    else this.#unknown.set(detached(measurement), fields)
    return fields
  }
}

function prefixOf(measurement: string): string {
  return `t/${digestOf(measurement)}/`
}
