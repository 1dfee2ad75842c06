import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { PayloadReader } from '../../../../src/decode/sparkplug/wire/index.js'
import { bytes, float, group, integer, message, varint } from '../../../support/protobuf.js'
import { metric, readFields } from '../../../support/sparkplug-fields.js'

function read(...parts: readonly Buffer[]): PayloadReader {
  const reader = new PayloadReader()
  reader.read(Buffer.concat(parts))
  return reader
}

describe('the wire format', () => {
  test('fields that Sparkplug does not have are passed over, of every wire type', () => {
    const strange = [integer(100, 1), bytes(101, 'x'), float(102, 1), group(103, integer(1, 1), group(2))]
    const payload = Buffer.concat([
      ...strange,
      metric(...strange, bytes(1, 'v'), integer(4, 3), ...strange, integer(10, 1)),
      integer(3, 7),
    ])
    const { reader, fields } = readFields(payload)
    assert.deepEqual([reader.seq, fields], [7, [['v', 'integer', '1']]])
  })

  test('fields may come in any order, and of one that stands twice the last holds', () => {
    const { fields } = readFields(
      metric(integer(10, 5), bytes(15, 'on'), integer(4, 3), integer(10, 6), bytes(1, 'v')),
    )
    assert.deepEqual(fields, [['v', 'integer', '6']])
  })

  test('what one message had is gone in the next', () => {
    const reader = new PayloadReader()
    reader.read(
      Buffer.concat([
        integer(1, 5),
        integer(3, 9),
        bytes(4, 'id'),
        bytes(5, 'body'),
        metric(bytes(1, 'v'), integer(2, 1), integer(3, 8), integer(4, 3), integer(5, 1), integer(10, 1)),
      ]),
    )
    assert.deepEqual([reader.body?.toString(), reader.uuid], ['body', 'id'])
    reader.read(metric())
    assert.deepEqual(
      [reader.timestampMs, reader.seq, reader.uuid, reader.body, reader.metrics],
      ['', -1, '', undefined, 1],
    )
    assert.deepEqual(
      [reader.names[0], reader.aliases[0], reader.timestamps[0], reader.datatypes[0], reader.kinds[0]],
      ['', '', '', 0, 0],
    )
    assert.deepEqual([reader.isHistorical[0], reader.isNull[0]], [false, true])
  })

  test('numbers are as long as they are written', () => {
    const padded = Buffer.from([0x08, 0x85, 0x80, 0x80, 0x00])
    assert.equal(read(padded).timestampMs, '5')
  })

  const broken: readonly (readonly [string, Buffer, number])[] = [
    ['a tag that is cut off', Buffer.from([0x80]), 0],
    ['a tag without a field', Buffer.from([0x02, 0x00]), 0],
    ['a tag beyond 32 bits', Buffer.concat([varint(1n << 40n), Buffer.of(0)]), 0],
    ['a number that is cut off', Buffer.from([0x18, 0xff, 0xff]), 1],
    ['a number of more than 64 bits', Buffer.from('18ffffffffffffffffff02', 'hex'), 1],
    ['a number of more than 10 bytes', Buffer.from('18ffffffffffffffffffff01', 'hex'), 1],
    ['a length beyond the end', Buffer.from([0x12, 0x05, 0x00]), 1],
    ['a length of 4 GiB', Buffer.concat([Buffer.of(0x12), varint(0xffff_ffff)]), 1],
    ['a length of 2^63', Buffer.concat([Buffer.of(0x12), varint(1n << 63n)]), 1],
    ['a fixed number that is cut off', Buffer.from([0x12, 0x03, 0x65, 0x00, 0x00]), 3],
    ['a metric that is a number', integer(2, 1), 1],
    ['a timestamp that is text', bytes(1, 'x'), 1],
    ['a name that is a number', metric(integer(1, 1)), 3],
    ['a float of 64 bits', metric(Buffer.from('6100000000000000', 'hex')), 3],
    ['a group that does not end', Buffer.from([0x33, 0x08, 0x01]), 3],
    ['a group that another one ends', Buffer.from([0x33, 0x3c]), 2],
    ['a group that ends without a beginning', Buffer.from([0x34]), 1],
    ['a wire type that there is not', Buffer.from([0x37]), 1],
  ]

  for (const [what, payload, at] of broken) {
    test(`${what} is malformed, and the place is said`, () => {
      assert.throws(
        () => read(payload),
        (error) => {
          const { code, message } = error as { code: string; message: string }
          assert.equal(code, 'malformed')
          assert.match(message, new RegExp(`at byte ${at}$`))
          return true
        },
      )
    })
  }

  test('groups in each other are passed over to a depth of 8', () => {
    let nested = group(6)
    for (let depth = 1; depth < 8; depth++) nested = group(6, nested)
    assert.equal(read(nested).metrics, 0)
    assert.throws(() => read(group(6, nested)), { code: 'too_deep' })
  })

  test('more metrics than any edge node has are refused', () => {
    assert.throws(() => read(Buffer.alloc(2 * 262_145, Buffer.from([0x12, 0x00]))), { code: 'too_large' })
  })

  test('the memory that a large message took is given back with the next', () => {
    const reader = read(Buffer.alloc(2 * 20_000, Buffer.from([0x12, 0x00])))
    assert.equal(reader.names.length, 20_000)
    const payload = metric(bytes(1, 'v'), integer(2, 7), integer(4, 3), integer(10, 1))
    reader.read(payload)
    assert.deepEqual([reader.names, reader.aliases, reader.lows, reader.isNull], [['v'], ['7'], [1], [false]])
  })

  test('text that is not UTF-8 is refused; the replacement character itself is text', () => {
    const text = (content: Buffer): Buffer => metric(bytes(1, 'v'), integer(4, 12), bytes(15, content))
    assert.throws(() => readFields(text(Buffer.from([0xff]))), { code: 'not_utf8' })
    assert.throws(() => read(metric(bytes(1, Buffer.from([0xc3])))), { code: 'not_utf8' })
    assert.deepEqual(readFields(text(Buffer.from('\ufffd'))).fields, [['v', 'string', '\ufffd']])
  })
})

describe('datatypes', () => {
  const value = (datatype: number, ...fields: readonly Buffer[]) =>
    readFields(metric(bytes(1, 'v'), integer(4, datatype), ...fields))

  test('one that Sparkplug 3.0 does not have is unknown', () => {
    for (const datatype of [0, 20, 21, 35, 4_294_967_295])
      assert.throws(() => value(datatype, integer(10, 1)), { code: 'unknown_type' }, String(datatype))
  })

  test('a value that stands where its datatype does not have it is refused', () => {
    const cases: readonly (readonly [number, Buffer])[] = [
      [3, bytes(15, '1')],
      [3, float(12, 1)],
      [8, integer(14, 1)],
      [9, integer(10, 1)],
      [11, bytes(15, 'true')],
      [12, integer(10, 1)],
      [15, bytes(16, 'x')],
      [16, integer(10, 1)],
      [17, bytes(15, 'x')],
      [19, bytes(16, 'x')],
      [22, bytes(15, 'x')],
      [3, message(19)],
    ]
    for (const [datatype, field] of cases)
      assert.throws(() => value(datatype, field), { code: 'bad_type' }, `datatype ${datatype}`)
  })

  test('a Boolean may come as a number', () => {
    assert.deepEqual(value(11, integer(10, 0)).fields, [['v', 'boolean', 'false']])
    assert.deepEqual(value(11, integer(11, 1n << 40n)).fields, [['v', 'boolean', 'true']])
  })

  test('a null needs no datatype that makes sense, and wins over a value', () => {
    const { fields, nulls } = value(99, integer(7, true), integer(10, 1))
    assert.deepEqual([fields, nulls], [[], 1])
  })
})
