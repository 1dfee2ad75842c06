import type { Document } from '../documents/index.js'
import { isNumber } from '../typed-field.js'
import type { ConditionConfig, Constant } from './config.js'
import type { Place } from './faults.js'
import type { Frame } from './frame.js'
import { regularExpression } from './pick.js'
import { compileFrom, type Reader } from './reader.js'
import { plainNumber, plainText } from './text.js'

const TESTS = ['is', 'isNot', 'exists', 'above', 'below', 'matches'] as const

export interface Condition {
  readonly reader: Reader
  /** In words, for dead letters. */
  readonly when: string
  readonly holds: (value: Document | undefined) => boolean
}

/** Those that are asked of a record as a whole, and those that are asked of each of its fields. */
export interface Conditions {
  readonly ofRecord: readonly Condition[]
  readonly ofField: readonly Condition[]
}

export function compileConditions(configs: readonly ConditionConfig[], place: Place): Conditions {
  const all = configs.map((config, at) => compileCondition(config, place.at(at)))
  return {
    ofRecord: all.filter(({ reader }) => !reader.perField),
    ofField: all.filter(({ reader }) => reader.perField),
  }
}

export function firstThatHolds(conditions: readonly Condition[], frame: Frame): Condition | undefined {
  for (const condition of conditions) if (condition.holds(condition.reader.read(frame))) return condition
  return undefined
}

function compileCondition(config: ConditionConfig, place: Place): Condition {
  const given = TESTS.filter((test) => config[test] !== undefined)
  if (given.length !== 1) place.violation(`needs one of ${TESTS.join(', ')}`)
  return {
    reader: compileFrom(config.when, place.at('when')),
    when: config.when,
    holds: testOf(config, place),
  }
}

/** Of what is not there, nothing holds but `exists: false`. */
function testOf(config: ConditionConfig, place: Place): Condition['holds'] {
  const { is, isNot, exists, above, below, matches } = config
  if (exists !== undefined) return (value) => ((value ?? null) !== null) === exists
  if (is !== undefined) return oneOf(is)
  if (isNot !== undefined) {
    const listed = oneOf(isNot)
    return (value) => (value ?? null) !== null && !listed(value)
  }
  if (above !== undefined) return (value) => (plainNumber(value) ?? Number.NEGATIVE_INFINITY) > above
  if (below !== undefined) return (value) => (plainNumber(value) ?? Number.POSITIVE_INFINITY) < below
  const expression = regularExpression(matches ?? '(?!)', place.at('matches'))
  return (value) => {
    const text = plainText(value)
    return text !== undefined && expression.test(text)
  }
}

/** Equal as text, or as numbers where both are. */
export function oneOf(constants: readonly Constant[]): (value: Document | undefined) => boolean {
  const texts = new Set(constants.map(String))
  const numbers = new Set(constants.map(String).filter(isNumber).map(Number))
  return (value) => {
    if (typeof value === 'number' && numbers.has(value)) return true
    const text = plainText(value)
    if (text === undefined) return false
    return texts.has(text) || (typeof value === 'string' && isNumber(text) && numbers.has(Number(text)))
  }
}
