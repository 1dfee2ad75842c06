import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DecoderOptions } from '../../src/decode/decoder.js'
import { LineProtocolDecoder } from '../../src/decode/line-protocol.js'
import { accepted, only, refused } from '../support/points.js'

function lineProtocol(options: Partial<DecoderOptions> = {}): LineProtocolDecoder {
  return new LineProtocolDecoder({ timestampUnit: 'auto', fieldTypes: {}, ...options })
}

test('every line is a point with its own measurement, tags, fields and time', () => {
  const payload = [
    '# two machines',
    'spindle,axis=x load=12.5,parts=7i,on=T,state="idle, \\"cold\\"" 1700000000000000000',
    '',
    'hydraulics pressure=.5 1700000000123',
    '',
  ].join('\n')
  assert.deepEqual(accepted(lineProtocol(), payload), [
    {
      measurement: 'spindle',
      tags: [{ name: 'axis', value: 'x' }],
      time: '1700000000000000000',
      fields: [
        ['load', 'float', '12.5'],
        ['parts', 'integer', '7'],
        ['on', 'boolean', 'true'],
        ['state', 'string', 'idle, "cold"'],
      ],
    },
    {
      measurement: 'hydraulics',
      tags: [],
      time: '1700000000123000000',
      fields: [['pressure', 'float', '0.5']],
    },
  ])
})

test('a line without a time has that of its arrival', () => {
  assert.equal(only(accepted(lineProtocol(), 'm a=1')).time, '')
})

test('times are in the unit of the route', () => {
  for (const [timestampUnit, time] of [
    ['s', '1700000000'],
    ['ms', '1700000000000'],
    ['us', '1700000000000000'],
    ['ns', '1700000000000000000'],
  ] as const) {
    assert.equal(only(accepted(lineProtocol({ timestampUnit }), `m a=1 ${time}`)).time, '1700000000000000000')
  }
  assert.equal(only(accepted(lineProtocol({ timestampUnit: 'ns' }), 'm a=1 5')).time, '5')
  for (const time of ['5', '-1700000000', '9223372036854775807', 'now'])
    assert.equal(refused(lineProtocol(), `m a=1 ${time}`), 'bad_timestamp')
})

test('floats are normalised, integers are exact, unsigned ones as far as 64 bits with sign reach', () => {
  const { values } = only(
    accepted(lineProtocol(), 'm a=007.50,b=5.,c=-9223372036854775808i,d=9223372036854775807u,e=1E5'),
  )
  assert.deepEqual(values, {
    a: '7.50',
    b: '5',
    c: '-9223372036854775808',
    d: '9223372036854775807',
    e: '1E5',
  })
  assert.equal(refused(lineProtocol(), 'm a=9223372036854775808u'), 'out_of_range')
  assert.equal(refused(lineProtocol(), 'm a=9223372036854775808i'), 'out_of_range')
  assert.equal(refused(lineProtocol(), 'm a=1e400'), 'out_of_range')
})

test('one bad line refuses the whole message', () => {
  assert.equal(refused(lineProtocol(), 'm a=1\nm a=\nm a=3'), 'malformed')
  assert.equal(refused(lineProtocol(), 'm a=1\nm,t=v,t=w a=1'), 'malformed')
  assert.equal(refused(lineProtocol(), 'm a=1\nm b=1,b=2'), 'bad_name')
})

test('a payload without a point is refused', () => {
  for (const payload of ['', '\n\n', '# only a comment'])
    assert.equal(refused(lineProtocol(), payload), 'no_fields')
  assert.equal(refused(lineProtocol(), Buffer.from('m a="\xff"', 'latin1')), 'not_utf8')
})
