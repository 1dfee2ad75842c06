import { DecodeError } from '../decoder.js'
import { type Document, MAX_DEPTH } from '../documents/document.js'
import { addMember, type OpenObject } from '../documents/members.js'

/**
 * A copy of what an expression gives, made of what documents are made of: JSONata's arrays have properties of its own. What
 * it calls undefined is null.
 *
 * @throws {DecodeError} `expression_failed`, `too_deep`
 */
export function resultDocument(value: unknown, depth = 0): Document {
  switch (typeof value) {
    case 'undefined':
      return null
    case 'number':
      return finite(value)
    case 'string':
    case 'boolean':
    case 'bigint':
      return value
    case 'object':
      return value === null || value instanceof Uint8Array ? value : container(value, depth)
    default:
      throw new DecodeError('expression_failed', `the result holds a ${typeof value}`)
  }
}

function finite(value: number): number {
  if (Number.isFinite(value)) return value
  throw new DecodeError('expression_failed', `the result holds ${value}, which cannot be stored`)
}

function container(value: object, depth: number): Document {
  if (depth === MAX_DEPTH)
    throw new DecodeError('too_deep', `the result has more than ${MAX_DEPTH} levels of nesting`)
  if (Array.isArray(value)) return Array.from(value, (element) => resultDocument(element, depth + 1))
  // JSONata's functions are objects, marked so.
  if ('_jsonata_function' in value || '_jsonata_lambda' in value)
    throw new DecodeError('expression_failed', 'the result holds a function')
  const object: OpenObject = {}
  for (const [name, member] of Object.entries(value))
    addMember(object, name, resultDocument(member, depth + 1))
  return object
}
