import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { GatewayError } from '../../src/core/errors.js'
import { captureLine, readCapture } from '../../src/intake/capture-file.js'

const TIME = '2026-01-31T08:00:00.125Z'
const MESSAGE = { topic: 'plant/d1', qos: 1, retain: false } as const

describe('a capture', () => {
  test('is a line of JSON for each message, text as text', () => {
    const line = captureLine({ ...MESSAGE, payload: Buffer.from('{"温度":21.5}\n') }, Date.parse(TIME))
    assert.equal(
      line,
      `{"time":"${TIME}","topic":"plant/d1","qos":1,"retain":false,"payload":"{\\"温度\\":21.5}\\n"}\n`,
    )
  })

  for (const [name, payload] of [
    ['text', Buffer.from('{"a": 1}\r\n\u2028')],
    ['an empty payload', Buffer.alloc(0)],
    ['a byte order mark', Buffer.from('\uFEFF{}')],
    ['all bytes', Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))],
    ['text with NUL', Buffer.from('a\0b')],
  ] as const) {
    test(`gives back ${name} as it was`, () => {
      const [read] = readCapture(captureLine({ ...MESSAGE, payload }, Date.parse(TIME)), 'f')
      assert.deepEqual(read, {
        topic: 'plant/d1',
        payload,
        clientId: 'capture',
        arrivalMs: Date.parse(TIME),
      })
    })
  }

  test('may be written by hand: empty lines, CRLF, a byte order mark, no qos', () => {
    const text = `\uFEFF{"time":"${TIME}","topic":"a","payload":"1"}\r\n\r\n{"time":"2026-01-31T09:00:00+01:00","topic":"b","payload":""}`
    const read = readCapture(text, 'f')
    assert.deepEqual(
      read.map(({ topic, arrivalMs }) => [topic, arrivalMs]),
      [
        ['a', Date.parse(TIME)],
        ['b', Date.parse('2026-01-31T08:00:00Z')],
      ],
    )
    assert.deepEqual(readCapture('\n', 'f'), [])
  })

  const good = `{"time":"${TIME}","topic":"a","payload":"1"}`
  for (const [line, cause] of [
    ['{"time":"20', /no JSON object/],
    ['null', /no JSON object/],
    ['"text"', /no JSON object/],
    ['[1]', /no topic/],
    [`{"time":"${TIME}","payload":"1"}`, /no topic/],
    [`{"time":"${TIME}","topic":"","payload":"1"}`, /no topic/],
    ['{"topic":"a","payload":"1"}', /no time/],
    ['{"time":"soon","topic":"a","payload":"1"}', /no time/],
    ['{"time":5,"topic":"a","payload":"1"}', /no time/],
    [`{"time":"${TIME}","topic":"a"}`, /either payload or base64/],
    [`{"time":"${TIME}","topic":"a","payload":"1","base64":"MQ=="}`, /either payload or base64/],
    [`{"time":"${TIME}","topic":"a","payload":{"v":1}}`, /no text/],
    [`{"time":"${TIME}","topic":"a","base64":"*"}`, /base64/],
  ] as const) {
    test(`names the line that is none: ${line}`, () => {
      assert.throws(
        () => readCapture(`${good}\n\n${line}\n${good}\n`, 'plant.jsonl'),
        (error) => {
          assert.ok(error instanceof GatewayError)
          assert.equal(error.code, 'LG_CAPTURE_INVALID')
          assert.deepEqual([error.details.line, error.details.file], [3, 'plant.jsonl'])
          assert.match(error.message, cause)
          return true
        },
      )
    })
  }
})
