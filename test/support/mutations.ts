import fc from 'fast-check'

/** One change of a payload: bytes replaced, or everything after a place cut off. */
export type Change = (payload: Buffer) => Buffer

const replaced = fc
  .record({
    at: fc.nat(),
    remove: fc.nat(6),
    insert: fc.oneof(
      fc.uint8Array({ maxLength: 4 }),
      // Bytes at which formats turn: largest lengths, breaks, NaN.
      fc.constantFrom(...['ff', '7f', '80', '00', '9f', 'bf', 'dd', 'df', '1bffffffffffffffff'].map(fromHex)),
    ),
  })
  .map(({ at, remove, insert }): Change => {
    return (payload) => {
      const from = at % (payload.length + 1)
      return Buffer.concat([payload.subarray(0, from), insert, payload.subarray(from + remove)])
    }
  })

const bitFlipped = fc.nat().map((bit): Change => {
  return (payload) => {
    const changed = Buffer.from(payload)
    const at = (bit >> 3) % Math.max(1, payload.length)
    if (at < changed.length) changed[at]! ^= 1 << (bit & 7)
    return changed
  }
})

const truncated = fc.nat().map((end): Change => {
  return (payload) => payload.subarray(0, end % (payload.length + 1))
})

/** A few changes, one after the other. */
export const changes: fc.Arbitrary<Change> = fc
  .array(fc.oneof(replaced, bitFlipped, truncated), { minLength: 1, maxLength: 4 })
  .map((all) => (payload: Buffer) => all.reduce((changed, change) => change(changed), payload))

/** Texts with a part of one put into another: still words of the format, in places where they do not belong. */
export function spliced(payloads: readonly Buffer[]): fc.Arbitrary<Buffer> {
  const part = fc.tuple(fc.constantFrom(...payloads), fc.nat(), fc.nat(60))
  return fc.tuple(fc.constantFrom(...payloads), fc.nat(), part).map(([into, at, [from, start, length]]) => {
    const place = at % (into.length + 1)
    const first = start % (from.length + 1)
    return Buffer.concat([
      into.subarray(0, place),
      from.subarray(first, first + length),
      into.subarray(place),
    ])
  })
}

function fromHex(hex: string): Uint8Array {
  return Buffer.from(hex, 'hex')
}
