import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { YamlSource } from '../../../src/config/yaml-source.js'
import { readYaml } from '../../../src/devices/exchange/yaml-reader.js'
import { CollectedRows, inPieces } from '../../support/collected-rows.js'

const WHOLE = undefined
/** As if the table were too large to be parsed in one go. */
const IN_PARTS = 0

async function read(
  text: string,
  wholeCharacters: number | undefined,
  path?: string,
): Promise<CollectedRows> {
  const rows = new CollectedRows(path)
  await readYaml(inPieces(text), rows, (part) => YamlSource.parse(part), wholeCharacters)
  return rows
}

const TABLE = `# devices of plant 1
---
devices:   # by id
  # the first line
  imm-01:
    name: { zh: 注塑机, en: Moulding machine }
    site: ningbo

    sector: "29"
  "imm/02": {"site":"ningbo","labels":{"owner":"x"}}
  1003: { expectedIntervalMs: 1000 }
  # one without anything
  imm-04:
  imm-05:
    vendor: |
      # no comment
      Haitian
`

for (const [how, whole] of [
  ['whole', WHOLE],
  ['in parts', IN_PARTS],
] as const) {
  describe(`a YAML table, read ${how}`, () => {
    it('states what its keys hold, whichever way they are written', async () => {
      const { devices, faults } = await read(TABLE, whole)
      assert.deepEqual(faults, [])
      assert.deepEqual(devices, [
        {
          id: 'imm-01',
          line: 5,
          fields: { name: { zh: '注塑机', en: 'Moulding machine' }, site: 'ningbo', sector: '29' },
        },
        { id: 'imm/02', line: 10, fields: { site: 'ningbo', labels: { owner: 'x' } } },
        { id: '1003', line: 11, fields: { expectedIntervalMs: 1000 } },
        { id: 'imm-04', line: 13, fields: {} },
        { id: 'imm-05', line: 14, fields: { vendor: '# no comment\nHaitian\n' } },
      ])
    })

    it('says where a key stands', async () => {
      const { places } = await read(
        'devices:\n  a:\n    site: x\n    labels:\n      owner: y\n',
        whole,
        'labels.owner',
      )
      assert.deepEqual(places, [{ line: 5, column: 7, path: 'a.labels.owner' }])
    })

    it('with a mistake of YAML is refused at its line', async () => {
      const { faults } = await read('devices:\n  a: { site: x }\n  b:\n    site: "y\n  c: {}\n', whole)
      assert.equal(faults.length > 0, true)
      assert.match(faults[0]!.message, /is not valid YAML/)
      assert.ok(faults[0]!.line >= 4, String(faults[0]!.line))
    })

    it('that states a device twice, or a key twice, is refused', async () => {
      const twice = await read('devices:\n  a: {}\n  b: { site: x, site: y }\n', whole)
      assert.deepEqual(
        twice.faults.map(({ line, message }) => [line, message]),
        [[3, 'is not valid YAML: a key is given twice in one section']],
      )
    })

    it('with something else at its top is refused', async () => {
      const { faults } = await read('version: 1\ndevices:\n  a: {}\n', whole)
      assert.deepEqual([faults.length, faults[0]?.line], [1, 1])
      const after = await read('devices:\n  a: {}\nversion: 1\n', whole)
      assert.deepEqual([after.faults.length, after.faults[0]?.line], [1, 3])
    })

    it('may be empty', async () => {
      const { devices, faults } = await read('devices:\n', whole)
      assert.deepEqual([devices, faults], [[], []])
    })

    it('in another encoding is refused', async () => {
      const rows = new CollectedRows()
      const bytes = Buffer.concat([
        Buffer.from('devices:\n  a: { vendor: '),
        Buffer.from([0xcb, 0xdc, 0x20, 0x7d]),
      ])
      await readYaml([bytes], rows, (part) => YamlSource.parse(part), whole)
      assert.match(rows.faults[0]!.message, /is not UTF-8/)
    })
  })
}

describe('a YAML table of any size', () => {
  it('is read in order with the right lines, exported lines and written ones mixed', async () => {
    const lines = ['devices:']
    const expected: [string, number][] = []
    for (let n = 0; n < 3_000; n++) {
      expected.push([`d${n}`, lines.length + 1])
      if (n % 3 === 0) lines.push(`  "d${n}": {"site":"s"}`)
      else lines.push(`  d${n}:`, '    # where', `    site: s`)
    }
    const { devices, faults } = await read(lines.join('\n'), WHOLE)
    assert.deepEqual(faults, [])
    assert.deepEqual(
      devices.map(({ id, line }) => [id, line]),
      expected,
    )
  })

  it('may use an anchor for all its devices while it is small', async () => {
    const { devices } = await read('devices:\n  a: &all { site: x }\n  b: *all\n', WHOLE)
    assert.deepEqual(
      devices.map(({ fields }) => fields),
      [{ site: 'x' }, { site: 'x' }],
    )
  })

  it('with a field below a line that is complete is refused', async () => {
    const { faults } = await read('devices:\n  "a": {"site":"x"}\n    area: y\n', IN_PARTS)
    assert.deepEqual([faults.length, faults[0]?.line], [1, 3])
  })
})
