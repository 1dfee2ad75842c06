import type { DocumentPath } from '../decoder.js'
import { type Document, isObject, memberOf } from '../documents/index.js'
import type { Place } from './faults.js'
import type { Frame } from './frame.js'
import { parseReference, parseTemplate, type Reference, ReferenceFault, type Step } from './reference.js'
import { plainText } from './text.js'

type Read = (frame: Frame) => Document | undefined

/** A reference or a template, compiled. */
export interface Reader {
  /** Undefined where nothing is there. */
  readonly read: Read
  /** Where in the document that is which `read` finds, or would find. */
  readonly locate: (frame: Frame) => DocumentPath
  /** The members of the record that are read, each by its way from the record, where these are known beforehand. */
  readonly taken: readonly DocumentPath[]
  /** The same of the root, each by its way from there. */
  readonly takenFromRoot: readonly DocumentPath[]
  /** Whether it speaks of one field rather than of the record. */
  readonly perField: boolean
  /** Whether it finds the same for all records of a message. */
  readonly perMessage: boolean
}

const NOWHERE: Reader = {
  read: () => undefined,
  locate: () => [],
  taken: [],
  takenFromRoot: [],
  perField: false,
  perMessage: true,
}

export function constantReader(value: string | number | boolean): Reader {
  return { ...NOWHERE, read: () => value }
}

/** The record itself. */
export function recordReader(depth: number): Reader {
  return { ...NOWHERE, read: (f) => f.values[depth], locate: (f) => f.path(depth), perMessage: false }
}

/** A member of the record, by its name. */
export function memberReader(name: string, depth: number): Reader {
  return compile({ kind: 'path', start: 0, steps: [{ kind: 'member', name }], end: 'value' }, depth)
}

/** What cannot be read is a violation, and finds nothing. */
export function compileReference(text: string, place: Place): Reader {
  return orViolation(place, () => compile(parseReference(text), place.depth))
}

/** Of a list, the first that finds something that is not null. */
export function compileReferences(from: string | readonly string[], place: Place): Reader {
  if (typeof from === 'string') return compileReference(from, place)
  return firstOf(from.map((text, at) => compileReference(text, place.at(at))))
}

/** References or templates; of a list, the first that finds something that is not null. */
export function compileFrom(from: string | readonly string[], place: Place): Reader {
  if (typeof from === 'string') return compileTemplate(from, place)
  return firstOf(from.map((text, at) => compileTemplate(text, place.at(at))))
}

function compileTemplate(text: string, place: Place): Reader {
  return orViolation(place, () => {
    const parsed = parseTemplate(text)
    return isReference(parsed) ? compile(parsed, place.depth) : joined(parsed, place.depth)
  })
}

function isReference(parsed: Reference | readonly (string | Reference)[]): parsed is Reference {
  return 'kind' in parsed
}

function orViolation(place: Place, create: () => Reader): Reader {
  try {
    return create()
  } catch (error) {
    if (!(error instanceof ReferenceFault)) throw error
    place.violation(error.message)
    return NOWHERE
  }
}

function firstOf(readers: readonly Reader[]): Reader {
  const reads = readers.map(({ read }) => read)
  return {
    read: (frame) => {
      for (const read of reads) {
        const found = read(frame)
        if (found !== undefined && found !== null) return found
      }
      return undefined
    },
    locate: (frame) =>
      (readers.find(({ read }) => (read(frame) ?? null) !== null) ?? readers[0]!).locate(frame),
    taken: readers.flatMap(({ taken }) => taken),
    takenFromRoot: readers.flatMap(({ takenFromRoot }) => takenFromRoot),
    perField: readers.some(({ perField }) => perField),
    perMessage: readers.every(({ perMessage }) => perMessage),
  }
}

function joined(parts: readonly (string | Reference)[], depth: number): Reader {
  const readers = parts.map((part) => (typeof part === 'string' ? part : compile(part, depth)))
  const references = readers.filter((part) => typeof part !== 'string')
  return {
    read: (frame) => {
      let text = ''
      for (const part of readers) {
        const found = typeof part === 'string' ? part : part.read(frame)
        const piece = plainText(found)
        if (piece === undefined) return undefined
        text += piece
      }
      return text
    },
    locate: (frame) => {
      const missing = references.find(({ read }) => plainText(read(frame)) === undefined)
      return (missing ?? references[0])?.locate(frame) ?? []
    },
    taken: references.flatMap(({ taken }) => taken),
    takenFromRoot: references.flatMap(({ takenFromRoot }) => takenFromRoot),
    perField: references.some(({ perField }) => perField),
    perMessage: references.every(({ perMessage }) => perMessage),
  }
}

function compile(reference: Reference, depth: number): Reader {
  switch (reference.kind) {
    case 'constant':
      return constantReader(reference.text)
    case 'value':
      return { ...NOWHERE, read: (frame) => frame.value, perField: true, perMessage: false }
    case 'field':
      return { ...NOWHERE, read: (frame) => frame.field, perField: true, perMessage: false }
    case 'topic':
      return { ...NOWHERE, read: topicRead(reference) }
    case 'path':
      return compilePath(reference, depth)
  }
}

function topicRead({ level, rest }: Extract<Reference, { kind: 'topic' }>): Read {
  if (level === undefined) return ({ topic }) => topic.topic
  return rest ? ({ topic }) => topic.rest(level) : ({ topic }) => topic.levels.at(level)
}

function compilePath(path: Extract<Reference, { kind: 'path' }>, depth: number): Reader {
  const start = path.start === 'root' ? 0 : depth - path.start
  if (start < 0) throw tooFar(Number(path.start), depth)
  if (path.end === 'key')
    return { ...NOWHERE, read: (f) => f.nameAt(start), locate: (f) => f.path(start), perMessage: false }
  if (path.end === 'index')
    return { ...NOWHERE, read: (f) => f.indexAt(start), locate: (f) => f.path(start), perMessage: false }
  const value = follow(start, path.steps, depth)
  const fixed = path.end === 'value' ? fixedWay(path.steps) : []
  const taken = fixed.length === 0 ? [] : [fixed]
  return {
    read: path.end === 'length' ? lengthOf(value) : value,
    locate: (frame) => [...frame.path(start), ...path.steps.map((step) => keyOf(step, frame, depth))],
    taken: start === depth ? taken : [],
    takenFromRoot: start === 0 ? taken : [],
    perField: false,
    perMessage: start === 0 && path.steps.every(({ kind }) => kind !== 'by'),
  }
}

function tooFar(steps: number, depth: number): ReferenceFault {
  const reach =
    depth === 0 ? 'the record is the whole document' : `a record is ${depth} step(s) below the root`
  return new ReferenceFault(`goes ${steps} step(s) around the record; ${reach}`)
}

/** The names and indexes of steps; empty if one of them depends on the message. */
function fixedWay(steps: readonly Step[]): (string | number)[] {
  const fixed = steps.flatMap((step) =>
    step.kind === 'by' ? [] : [step.kind === 'member' ? step.name : step.index],
  )
  return fixed.length === steps.length ? fixed : []
}

function keyOf(step: Step, frame: Frame, depth: number): string | number {
  if (step.kind === 'member') return step.name
  if (step.kind === 'element') return step.index
  const found = compile(step.reference, depth).read(frame)
  return typeof found === 'number' ? found : (plainText(found) ?? '?')
}

function follow(start: number, steps: readonly Step[], depth: number): Read {
  let read: Read = (frame) => frame.values[start]
  for (const step of steps) read = step.kind === 'by' ? stepBy(read, step, depth) : fixedStep(read, step)
  return read
}

function fixedStep(from: Read, step: Exclude<Step, { kind: 'by' }>): Read {
  if (step.kind === 'element') {
    const { index } = step
    return (frame) => elementOf(from(frame), index)
  }
  const { name } = step
  return (frame) => {
    const value = from(frame)
    return value !== undefined && isObject(value) ? memberOf(value, name) : undefined
  }
}

function stepBy(from: Read, { reference }: Extract<Step, { kind: 'by' }>, depth: number): Read {
  const by = compile(reference, depth).read
  return (frame) => {
    const value = from(frame)
    const key = by(frame)
    if (value === undefined || key === undefined) return undefined
    if (isList(value)) return elementOf(value, Number(plainText(key)))
    const name = plainText(key)
    return name !== undefined && isObject(value) ? memberOf(value, name) : undefined
  }
}

/** From the end if the index is negative. */
export function elementOf(value: Document | undefined, index: number): Document | undefined {
  if (value === undefined || !isList(value) || !Number.isInteger(index)) return undefined
  return value[index < 0 ? value.length + index : index]
}

/** Of a list its elements, of an object its members. */
function lengthOf(value: Read): Read {
  return (frame) => {
    const found = value(frame)
    if (found === undefined) return undefined
    if (isList(found)) return found.length
    return isObject(found) ? Object.keys(found).length : undefined
  }
}

export function isList(value: Document): value is readonly Document[] {
  return Array.isArray(value)
}
