import type { Level } from '../../core/device.js'
import type { FieldTypeName, TimestampUnit } from '../decoder.js'

/** A mapping as the configuration has it; docs/mapping.md describes all of it. */
export interface MappingConfig extends RecordsConfig {
  readonly records?: RecordsConfig | readonly RecordsConfig[]
  readonly units?: Readonly<Record<string, string>>
  /** Documents that hold no telemetry. */
  readonly ignore?: readonly ConditionConfig[]
  readonly learn?: LearnConfig
}

export type Constant = string | number | boolean

export interface PickSection {
  readonly from?: string | readonly string[]
  readonly const?: Constant
  readonly match?: string
  readonly map?: Readonly<Record<string, Constant>>
  readonly default?: Constant
  readonly lookup?: string
}

export type PickConfig = string | PickSection

export interface RecordsConfig {
  readonly at?: string
  readonly field?: PickConfig
  readonly value?: PickConfig | readonly string[]
  readonly type?: PickConfig
  readonly time?: TimeConfig
  readonly measurement?: PickConfig
  readonly unit?: PickConfig
  readonly tags?: Readonly<Record<string, PickConfig>>
  readonly device?: { readonly [L in Level]?: PickConfig }
  readonly quality?: QualityConfig
  readonly skip?: readonly ConditionConfig[]
  readonly deadLetter?: readonly ConditionConfig[]
  readonly except?: readonly string[]
  readonly rename?: Readonly<Record<string, string>>
  readonly enums?: Readonly<Record<string, Readonly<Record<string, Constant>>>>
  readonly textNumbers?: boolean
}

export interface TimeConfig {
  readonly from: string | readonly string[]
  readonly unit?: TimestampUnit
  readonly zone?: string
  readonly plus?: PlusConfig | readonly PlusConfig[]
  readonly required?: boolean
}

/** A number, a reference, or references of which the first that finds something counts. */
export type OperandConfig = string | number | readonly string[]

export interface PlusConfig {
  readonly times?: OperandConfig
  readonly interval: OperandConfig
  readonly unit?: 's' | 'ms' | 'us' | 'ns'
}

export interface QualityConfig {
  readonly from: string | readonly string[]
  readonly good?: readonly Constant[]
  readonly scheme?: 'opc-da' | 'opc-ua'
  readonly otherwise?: 'skip' | 'deadLetter' | 'keep'
}

export interface ConditionConfig {
  readonly when: string
  readonly is?: readonly Constant[]
  readonly isNot?: readonly Constant[]
  readonly exists?: boolean
  readonly above?: number
  readonly below?: number
  readonly matches?: string
}

export interface LearnConfig {
  readonly at?: string
  readonly table: string
  readonly key: PickConfig
  readonly name: PickConfig
  readonly unit?: PickConfig
  readonly type?: PickConfig
}

/** What of the route a mapping goes by, beside itself. */
export interface MappingOptions {
  readonly fieldTypes: Readonly<Record<string, FieldTypeName>>
  readonly timestampKey?: string
  readonly timestampUnit: TimestampUnit
}
