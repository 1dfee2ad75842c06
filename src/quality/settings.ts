/** What is configured for one field; all keys as in the section `quality.fields` of the configuration. */
export interface FieldSettings {
  readonly unit?: string
  readonly as?: string
  readonly scale?: ScaleSettings
  readonly range?: RangeSettings
  readonly deadband?: DeadbandSettings
}

export interface ScaleSettings {
  readonly factor?: number
  readonly offset?: number
  readonly from?: readonly number[]
  readonly to?: readonly number[]
}

export interface RangeSettings {
  readonly min?: number
  readonly max?: number
  readonly otherwise: 'dead-letter' | 'filter' | 'clamp'
}

export interface DeadbandSettings {
  readonly absolute?: number
  readonly percent?: number
  readonly swingingDoor?: number
  readonly maxSilenceMs?: number
}

export interface TimeSettings {
  readonly unset: 'arrival' | 'dead-letter'
  /** ISO 8601, a date or a time in UTC. */
  readonly unsetBefore: string
  /** 0: no limit. */
  readonly maxBehindMs: number
  /** 0: no limit. */
  readonly maxAheadMs: number
  readonly beyond: 'arrival' | 'dead-letter' | 'keep'
}

export interface TypeSettings {
  readonly onChange: 'coerce' | 'dead-letter'
}

export interface RateSettings {
  readonly pointsPerSecond?: number
  readonly burst?: number
}

/** What holds for the points of one device on one route. */
export interface QualitySettings {
  readonly time: TimeSettings
  readonly types: TypeSettings
  readonly duplicates: { readonly window: number }
  readonly fields: Readonly<Record<string, FieldSettings>>
  readonly rateLimit: RateSettings
}

/** What a route or a device says of its own. */
export interface OwnQuality {
  readonly time?: Partial<TimeSettings>
  readonly types?: Partial<TypeSettings>
  readonly duplicates?: { readonly window?: number }
  readonly fields?: Readonly<Record<string, FieldSettings>>
  readonly rateLimit?: RateSettings
}

/** The section `quality` of the configuration. */
export interface WholeQuality extends QualitySettings {
  readonly devices: Readonly<Record<string, OwnQuality>>
  readonly budget: { readonly seriesPerDevice: number; readonly series: number }
}

/**
 * What `own` says wins key by key, and field pattern by field pattern. Patterns of `own` stand in front: of several that
 * fit a name, the first counts.
 */
export function merged(settings: QualitySettings, own: OwnQuality | undefined): QualitySettings {
  if (own === undefined) return settings
  return {
    time: { ...settings.time, ...own.time },
    types: { ...settings.types, ...own.types },
    duplicates: { ...settings.duplicates, ...own.duplicates },
    fields: { ...own.fields, ...without(settings.fields, own.fields) },
    rateLimit: { ...settings.rateLimit, ...own.rateLimit },
  }
}

function without<T>(fields: Readonly<Record<string, T>>, own: object = {}): Record<string, T> {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !Object.hasOwn(own, name)))
}
