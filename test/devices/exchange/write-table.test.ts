import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { parse } from 'yaml'
import { YamlSource } from '../../../src/config/yaml-source.js'
import { readCsv } from '../../../src/devices/exchange/csv-reader.js'
import type { ListedDevice } from '../../../src/devices/exchange/fields.js'
import { writeTable } from '../../../src/devices/exchange/write-table.js'
import { readYaml } from '../../../src/devices/exchange/yaml-reader.js'
import { CollectedRows } from '../../support/collected-rows.js'

async function written(format: 'yaml' | 'csv', devices: readonly ListedDevice[]): Promise<string> {
  let text = ''
  for await (const piece of writeTable(format, devices)) text += piece
  return text
}

const text = fc.oneof(
  fc.string({ unit: 'grapheme', minLength: 1 }),
  fc.string({ unit: 'binary', minLength: 1 }),
  fc.stringMatching(/^['=+@\t"\-,]{1,4}[a-z]$/),
  fc.constantFrom('null', 'true', '1e3', '~', '01', '- a', '# x', '{}', ' a ', '__proto__', 'line\r\nline'),
)
const plain = <T>(parts: { [K in keyof T]: fc.Arbitrary<T[K]> }) =>
  fc.record(parts, { noNullPrototype: true })
const map = fc.dictionary(text, fc.oneof(text, fc.constant('')), {
  minKeys: 1,
  maxKeys: 3,
  noNullPrototype: true,
})
const optional = { requiredKeys: [] as [], noNullPrototype: true }
const fields: fc.Arbitrary<ListedDevice['fields']> = fc.record(
  {
    status: fc.constantFrom('confirmed' as const, 'discovered' as const, 'rejected' as const),
    name: fc.oneof(plain({ zh: text }), plain({ en: text }), plain({ zh: text, en: text })),
    site: text,
    line: text,
    device: text,
    sector: fc.constantFrom('01', '29'),
    expectedIntervalMs: fc.nat(),
    identifier: text,
    labels: map,
  },
  optional,
)
const devices = fc.uniqueArray(plain({ id: text, fields }), { selector: ({ id }) => id, maxLength: 8 })

describe('a table of devices', () => {
  for (const [how, read] of [
    ['CSV', (bytes: Buffer, rows: CollectedRows) => readCsv([bytes], rows)],
    ['YAML', (bytes: Buffer, rows: CollectedRows) => readYaml([bytes], rows, YamlSource.parse)],
    ['YAML in parts', (bytes: Buffer, rows: CollectedRows) => readYaml([bytes], rows, YamlSource.parse, 0)],
  ] as const) {
    it(`that is written as ${how} is read as it was`, async () => {
      const property = fc.asyncProperty(devices, async (given) => {
        const rows = new CollectedRows()
        await read(Buffer.from(await written(how === 'CSV' ? 'csv' : 'yaml', given)), rows)
        assert.deepEqual(rows.faults, [])
        const found = rows.devices.map(({ id, fields }) => ({ id, fields }))
        assert.deepEqual(found, given)
      })
      await fc.assert(property, { numRuns: 200 })
    })
  }

  it('in YAML is one line a device, which any YAML reader understands', async () => {
    const listed = [{ id: 'imm-01', fields: { site: 'ningbo', name: { zh: '注塑机' } } }]
    const yaml = await written('yaml', listed)
    assert.equal(yaml, 'devices:\n  "imm-01": {"site":"ningbo","name":{"zh":"注塑机"}}\n')
    assert.deepEqual(parse(yaml), { devices: { 'imm-01': listed[0]!.fields } })
  })

  it('in CSV has no cell that a spreadsheet would run', async () => {
    const listed = ['=1+1', '+1', '-1', '@x', '\tx', '＝1', "'=1"].map((vendor, n) => ({
      id: `d${n}`,
      fields: { vendor },
    }))
    const csv = await written('csv', [...listed, { id: '=a', fields: { labels: { '=l': '=v' } } }])
    const rows = csv.slice(1).trimEnd().split('\r\n')
    assert.ok(csv.startsWith('\uFEFFid,status,'))
    for (const cell of rows.flatMap((row) => row.split(','))) assert.doesNotMatch(cell, /^"?[=+\-@\t＝]/)
    assert.match(rows.at(-1)!, /^'=a,.*,'=v$/)
  })
})
