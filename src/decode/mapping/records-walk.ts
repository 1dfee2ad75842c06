import { type Document, isObject, memberOf } from '../documents/index.js'
import type { Place } from './faults.js'
import type { Frame } from './frame.js'
import { isList } from './reader.js'
import { type AtStep, parseAt, ReferenceFault } from './reference.js'

/** Brings the frame to one record after the other, and calls `visit` at each; returns how many there were. */
export type Walk = (frame: Frame, visit: (frame: Frame) => void) => number

export interface RecordsWalk {
  readonly walk: Walk
  /** Steps from the root to a record. */
  readonly depth: number
  /** Whether a document that is no list is the record itself. */
  readonly isDocument: boolean
}

export function compileWalk(at: string, place: Place): RecordsWalk {
  try {
    const steps = parseAt(at)
    let walk: Walk = arrive
    for (let i = steps.length; i > 0; i--) walk = compileStep(steps[i - 1]!, i - 1, walk)
    return { walk, depth: steps.length, isDocument: steps.every(({ kind }) => kind === 'each') }
  } catch (error) {
    if (!(error instanceof ReferenceFault)) throw error
    place.violation(error.message)
    // Deep enough for every ^ of the section: the fault of `at` is reported once.
    return { walk: () => 0, depth: Number.MAX_SAFE_INTEGER, isDocument: false }
  }
}

const arrive: Walk = (frame, visit) => {
  visit(frame)
  return 1
}

/** A step from `depth` to the depth below. */
function compileStep(step: AtStep, depth: number, next: Walk): Walk {
  switch (step.kind) {
    case 'member':
      return toMember(step.name, depth, next)
    case 'element':
      return toElement(step.index, depth, next)
    case 'each':
      return toEach(depth, next)
    case 'members':
      return toMembers(depth, next)
  }
}

function enter(frame: Frame, depth: number, key: string | number, value: Document): void {
  frame.keys[depth + 1] = key
  frame.values[depth + 1] = value
}

function toMember(name: string, depth: number, next: Walk): Walk {
  return (frame, visit) => {
    const value = frame.values[depth]!
    const member = isObject(value) ? memberOf(value, name) : undefined
    if (member === undefined || member === null) return 0
    enter(frame, depth, name, member)
    return next(frame, visit)
  }
}

function toElement(index: number, depth: number, next: Walk): Walk {
  return (frame, visit) => {
    const value = frame.values[depth]!
    if (!isList(value)) return 0
    const at = index < 0 ? value.length + index : index
    const element = value[at]
    if (element === undefined || element === null) return 0
    enter(frame, depth, at, element)
    return next(frame, visit)
  }
}

/** What is no list counts as its one element. */
function toEach(depth: number, next: Walk): Walk {
  return (frame, visit) => {
    const value = frame.values[depth]!
    if (!isList(value)) {
      enter(frame, depth, 0, value)
      return value === null ? 0 : next(frame, visit)
    }
    let records = 0
    for (let i = 0; i < value.length; i++) {
      enter(frame, depth, i, value[i]!)
      records += next(frame, visit)
    }
    return records
  }
}

function toMembers(depth: number, next: Walk): Walk {
  return (frame, visit) => {
    const value = frame.values[depth]!
    if (!isObject(value)) return 0
    let records = 0
    for (const name in value) {
      enter(frame, depth, name, value[name]!)
      records += next(frame, visit)
    }
    return records
  }
}
