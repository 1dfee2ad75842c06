/**
 * What a payload says, whatever format it came in. Numbers are finite; integers beyond ±2^53 are bigints; bytes are
 * copies. Times of binary formats are ISO 8601 texts. Members are own properties: an object has a prototype, and may have
 * an own member called `__proto__`, so a name that came from outside is looked up by `memberOf`, never by `in` or a bare index.
 */
export type Document =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | readonly Document[]
  | DocumentObject

export interface DocumentObject {
  readonly [name: string]: Document
}

/** Containers inside each other, at most. */
export const MAX_DEPTH = 32

/** The member of this name, undefined if there is none. */
export function memberOf(object: DocumentObject, name: string): Document | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined
}

/** An object with members, as against an array, bytes or a value. */
export function isObject(document: Document): document is DocumentObject {
  return (
    typeof document === 'object' &&
    document !== null &&
    !Array.isArray(document) &&
    !(document instanceof Uint8Array)
  )
}
