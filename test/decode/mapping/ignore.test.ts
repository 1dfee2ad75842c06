import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { compileMapping, type MappingConfig, MappingInvalidError } from '../../../src/decode/mapping/index.js'
import { newDecoderContext } from '../../support/decoder-context.js'
import { fault, lines, mapped } from '../../support/mapped.js'

const VALUES: MappingConfig = { at: 'values.*' }

describe('a message without telemetry', () => {
  for (const [title, ignore, payload] of [
    ['by a member', [{ when: 'type', is: ['heartbeat'] }], { type: 'heartbeat', values: { a: 1 } }],
    [
      'by the second of its conditions',
      [
        { when: 'x', exists: true },
        { when: 'type', exists: true },
      ],
      { type: 1 },
    ],
    ['by a list that is empty', [{ when: 'values@length', is: [0] }], { values: [] }],
    ['by an object that is empty', [{ when: 'values@length', is: [0] }], { values: {} }],
    ['by a document that is empty', [{ when: '@length', is: [0] }], {}],
    ['by an element of a list', [{ when: '[0].type', is: ['alive'] }], [{ type: 'alive' }]],
    ['by two things at once', [{ when: '{a@length} {b@length}', is: ['0 0'] }], { a: {}, b: [] }],
    ['by its topic', [{ when: '@topic[-1]', is: ['press'] }], { type: 1 }],
  ] as const satisfies readonly (readonly [string, MappingConfig['ignore'], unknown])[]) {
    test(`is told ${title}, and has no points`, () => {
      assert.deepEqual(lines(mapped({ ...VALUES, ignore }, payload)), [])
    })
  }

  test('is a fault where nothing says that it is one', () => {
    const ignore = [
      { when: 'type', is: ['heartbeat'] },
      { when: '{a@length} {b@length}', is: ['0 0'] },
    ]
    assert.equal(fault({ ...VALUES, ignore }, { type: 'other', values: {} }), 'no_records')
    assert.equal(fault({ ...VALUES, ignore }, { a: {} }), 'no_records')
  })

  test('may stand among those that explain names', () => {
    const learn = { at: 'names[*]', table: 't', key: 'k', name: 'n' }
    const context = newDecoderContext()
    const mapping: MappingConfig = { learn, ignore: [{ when: 'names@length', is: [0] }] }
    assert.deepEqual(mapped(mapping, { names: [] }, { context }), [])
    assert.equal(fault(mapping, { other: [] }, { context }), 'no_records')
  })

  test('cannot be told by a field', () => {
    const options = { fieldTypes: {}, timestampUnit: 'auto' } as const
    const compile = () => compileMapping({ ignore: [{ when: '@value', is: [1] }] }, options)
    assert.throws(compile, (error) => {
      assert.ok(error instanceof MappingInvalidError)
      assert.deepEqual(error.violations[0]!.path, ['ignore'])
      return true
    })
  })
})

test('a message with telemetry is read, whatever may be ignored', () => {
  const ignore = [{ when: 'values@length', is: [0] }]
  assert.deepEqual(lines(mapped({ ...VALUES, ignore }, { values: { a: 1 } })), ['a=1@'])
})
