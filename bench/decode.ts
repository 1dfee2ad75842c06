import { type DecodeCase, decodeCases } from './decode-cases.js'
import { median, type Table } from './report.js'

const WARM_UP_MS = 300
const SLICE_MS = 100

/**
 * What decoding takes, beside the bare parse of the same bytes by the library that the field uses. The two alternate, slice
 * by slice, on one core.
 *
 * @param rounds slices of each, for each kind of payload
 */
export function decodeCosts(rounds: number): Table {
  return {
    title: 'Decoding',
    columns: [
      'payload',
      'bytes',
      'points/s',
      'µs/point',
      'µs/message',
      'bare parse µs/message',
      '× bare parse',
    ],
    rows: decodeCases().map((decodeCase) => toRow(decodeCase, rounds)),
    note:
      'From the bytes of a payload to points, with names, types and times; the values change from message to message. The bare parse is ' +
      'JSON.parse of the text, cbor-x, msgpackr and decodePayload of sparkplug-payload: it ends with a document, which nobody has looked ' +
      'into. For line protocol there is none.',
  }
}

function toRow(decodeCase: DecodeCase, rounds: number): (string | number)[] {
  const { name, payloads, decode, parse } = decodeCase
  const points = decode(payloads[0]!)
  // The first message counts for the sequence of the others.
  for (const payload of payloads.slice(1)) decode(payload)
  spend(WARM_UP_MS, payloads, decode)
  if (parse !== undefined) spend(WARM_UP_MS, payloads, parse)
  const ours: number[] = []
  const bare: number[] = []
  for (let round = 0; round < rounds; round++) {
    ours.push(spend(SLICE_MS, payloads, decode))
    bare.push(parse === undefined ? Number.NaN : spend(SLICE_MS, payloads, parse))
  }
  const perMessage = median(ours)
  const perParse = parse === undefined ? Number.NaN : median(bare)
  const bytes = payloads[0]!.length
  return [
    name,
    bytes,
    (points / perMessage) * 1e6,
    perMessage / points,
    perMessage,
    perParse,
    perMessage / perParse,
  ]
}

/** Microseconds per message, over whole rounds of the payloads. */
function spend(forMs: number, payloads: readonly Buffer[], read: (payload: Buffer) => unknown): number {
  const start = performance.now()
  let count = 0
  let elapsedMs = 0
  while (elapsedMs < forMs) {
    for (const payload of payloads) read(payload)
    count += payloads.length
    elapsedMs = performance.now() - start
  }
  return (elapsedMs * 1e3) / count
}
