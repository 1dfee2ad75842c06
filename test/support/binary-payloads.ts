import { Encoder } from 'cbor-x'
import fc from 'fast-check'
import { Packr } from 'msgpackr'
import { jsonText } from './payloads.js'
import { documents } from './random-documents.js'

const cborEncoder = new Encoder({ useRecords: false, tagUint8Array: false })
const packer = new Packr({ useRecords: false })

export function encodeCbor(document: unknown): Buffer {
  return cborEncoder.encode(document)
}

export function encodeMessagePack(document: unknown): Buffer {
  return packer.pack(document)
}

/** What devices write, and whatever else a format can hold. */
const contents: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 3, arbitrary: jsonText.filter(isSound).map((text) => JSON.parse(text) as unknown) },
  documents,
)

export const cborPayload: fc.Arbitrary<Buffer> = contents.map(encodeCbor)
export const messagePackPayload: fc.Arbitrary<Buffer> = contents.map(encodeMessagePack)

/** The encoders would take this name for that of the prototype. */
function isSound(text: string): boolean {
  try {
    JSON.parse(text)
    return !text.includes('__proto__')
  } catch {
    return false
  }
}
