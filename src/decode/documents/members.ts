import type { Document } from './document.js'

/** An object that is being read. No document holds `undefined`. */
export type OpenObject = Record<string, Document>

/** Adds a member; false if there is one of this name. */
export function addMember(object: OpenObject, name: string, value: Document): boolean {
  // Names of Object.prototype are found as well, but are no members.
  if (object[name] !== undefined && Object.hasOwn(object, name)) return false
  // Assigned, this name would replace the prototype.
  if (name === '__proto__') defineMember(object, name, value)
  else object[name] = value
  return true
}

function defineMember(object: OpenObject, name: string, value: Document): void {
  Object.defineProperty(object, name, { value, writable: true, enumerable: true, configurable: true })
}
