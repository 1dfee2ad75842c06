/** Reads DER (X.690), as far as certificates and revocation lists need it. */
export interface Element {
  readonly tag: number
  readonly content: Buffer
  /** Tag, length and content. */
  readonly bytes: Buffer
}

export const Tag = {
  integer: 0x02,
  octets: 0x04,
  oid: 0x06,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  context: (number: number): number => 0xa0 + number,
} as const

const LONG_LENGTH = 0x80
const MULTI_BYTE_TAG = 0x1f
const MAX_LENGTH_BYTES = 4

/** @throws {Error} if the bytes are not a row of whole elements */
export function elementsOf(bytes: Buffer): Element[] {
  const elements: Element[] = []
  for (let at = 0; at < bytes.length; ) {
    const element = elementAt(bytes, at)
    elements.push(element)
    at += element.bytes.length
  }
  return elements
}

/** The first member of the only element. @throws {Error} if there is none */
export function firstMemberOf(bytes: Buffer): Element {
  return elementAt(elementAt(bytes, 0).content, 0)
}

/** The members of the only element. @throws {Error} if it is not DER */
export function membersOf(bytes: Buffer): Element[] {
  return elementsOf(elementAt(bytes, 0).content)
}

function elementAt(bytes: Buffer, at: number): Element {
  const tag = bytes.at(at)
  const first = bytes.at(at + 1)
  if (tag === undefined || first === undefined || (tag & MULTI_BYTE_TAG) === MULTI_BYTE_TAG) throw malformed()
  const lengthBytes = first < LONG_LENGTH ? 0 : first - LONG_LENGTH
  const start = at + 2 + lengthBytes
  if (lengthBytes > MAX_LENGTH_BYTES || (first >= LONG_LENGTH && lengthBytes === 0) || start > bytes.length)
    throw malformed()
  const length = lengthBytes === 0 ? first : bytes.readUIntBE(at + 2, lengthBytes)
  if (start + length > bytes.length) throw malformed()
  return { tag, content: bytes.subarray(start, start + length), bytes: bytes.subarray(at, start + length) }
}

function malformed(): Error {
  return new Error('it is not DER')
}
