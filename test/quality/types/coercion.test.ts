import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FieldType } from '../../../src/core/point-batch.js'
import { coerced } from '../../../src/quality/types/coercion.js'
import type { TypeName } from '../../support/points.js'

type Row = readonly [from: TypeName, text: string, to: TypeName, expected: string | undefined]

function check(rows: readonly Row[]): void {
  for (const [from, text, to, expected] of rows) {
    assert.equal(coerced(FieldType[from], text, FieldType[to]), expected, `${from} "${text}" as ${to}`)
  }
}

test('what a float can hold becomes one', () => {
  check([
    ['integer', '5', 'float', '5'],
    ['integer', '-9007199254740992', 'float', '-9007199254740992'],
    ['integer', '9223372036854774784', 'float', '9223372036854774784'],
    ['boolean', 'true', 'float', '1'],
    ['boolean', 'false', 'float', '0'],
    ['string', '12.5', 'float', '12.5'],
    ['string', '-1.25e-3', 'float', '-1.25e-3'],
    ['string', '0.30000000000000004', 'float', '0.30000000000000004'],
  ])
})

test('what a float would change does not', () => {
  check([
    ['integer', '9007199254740993', 'float', undefined],
    ['integer', '9223372036854775807', 'float', undefined],
    ['string', '021528603314', 'float', undefined],
    ['string', '1e400', 'float', undefined],
    ['string', '0.123456789012345678901', 'float', undefined],
    ['string', 'RUN', 'float', undefined],
    ['string', '', 'float', undefined],
    ['string', ' 5', 'float', undefined],
    ['string', 'NaN', 'float', undefined],
    ['string', '0x10', 'float', undefined],
    ['string', '1'.repeat(100), 'float', undefined],
  ])
})

test('whole numbers become integers, exactly', () => {
  check([
    ['float', '5', 'integer', '5'],
    ['float', '5.000', 'integer', '5'],
    ['float', '-0.0', 'integer', '0'],
    ['float', '1.2e3', 'integer', '1200'],
    ['float', '9007199254740993', 'integer', '9007199254740993'],
    ['float', '9223372036854775807.0', 'integer', '9223372036854775807'],
    ['string', '42', 'integer', '42'],
    ['boolean', 'true', 'integer', '1'],
    ['float', '5.1', 'integer', undefined],
    ['float', '9223372036854775808', 'integer', undefined],
    ['float', '1e30', 'integer', undefined],
    ['string', '007', 'integer', undefined],
    ['string', 'five', 'integer', undefined],
  ])
})

test('0 and 1, and the words, become booleans', () => {
  check([
    ['integer', '1', 'boolean', 'true'],
    ['float', '0.0', 'boolean', 'false'],
    ['string', 'True', 'boolean', 'true'],
    ['string', 'false', 'boolean', 'false'],
    ['string', '1', 'boolean', 'true'],
    ['integer', '2', 'boolean', undefined],
    ['float', '0.5', 'boolean', undefined],
    ['string', 'on', 'boolean', undefined],
  ])
})

test('anything becomes a text as it stands', () => {
  check([
    ['float', '1.50', 'string', '1.50'],
    ['integer', '9223372036854775807', 'string', '9223372036854775807'],
    ['boolean', 'true', 'string', 'true'],
  ])
})
