import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { readCsv } from '../../../src/devices/exchange/csv-reader.js'
import { CollectedRows, inPieces } from '../../support/collected-rows.js'

async function read(text: string, path?: string): Promise<CollectedRows> {
  const rows = new CollectedRows(path)
  await readCsv(inPieces(text), rows)
  return rows
}

describe('a CSV table', () => {
  it('states what its cells hold, and nothing where they are empty', async () => {
    const { devices, faults } = await read(
      'id,name.zh,name.en,sector,expectedIntervalMs,label.owner,label.a.b\n' +
        'imm-01,注塑机,,01,1000,张,x\n' +
        'imm-02,,,,,,\n',
    )
    assert.deepEqual(faults, [])
    assert.deepEqual(devices, [
      {
        id: 'imm-01',
        line: 2,
        fields: {
          name: { zh: '注塑机' },
          sector: '01',
          expectedIntervalMs: 1000,
          labels: { owner: '张', 'a.b': 'x' },
        },
      },
      { id: 'imm-02', line: 3, fields: {} },
    ])
  })

  it('is read with and without byte order mark, with any line ends, in any order of columns', async () => {
    for (const [mark, end] of [
      ['', '\n'],
      ['\uFEFF', '\r\n'],
      ['', '\r'],
    ] as const) {
      const { devices, faults } = await read(`${mark}site,id${end}ningbo,a${end}${end}suzhou,b${end}`)
      assert.deepEqual(faults, [])
      assert.deepEqual(devices, [
        { id: 'a', line: 2, fields: { site: 'ningbo' } },
        { id: 'b', line: 4, fields: { site: 'suzhou' } },
      ])
    }
  })

  it('counts lines also behind values of several lines', async () => {
    const text = 'id,vendor\r\na,"x\r\ny"\r\n\r\nb,c\r\nd,"e\nf\r\ng"\r\n"h",i\r\n'
    const { devices } = await read(text)
    assert.deepEqual(
      devices.map(({ id, line }) => [id, line]),
      [
        ['a', 2],
        ['b', 5],
        ['d', 6],
        ['h', 9],
      ],
    )
  })

  it('says in which column a field stands', async () => {
    const { places } = await read('site,label.owner,id\nningbo,x,a\n', 'labels.owner')
    assert.deepEqual(places, [{ line: 2, column: 2, path: 'label.owner' }])
    assert.deepEqual((await read('id\na\n', 'sector')).places, [{ line: 2, path: 'sector' }])
  })

  it('names every column that is not known or stands twice', async () => {
    const { faults } = await read('id,colour,site,id,label.\na,red,x,b,y\n')
    assert.deepEqual(
      faults.map(({ line, column, path }) => [line, column, path]),
      [
        [1, 2, 'colour'],
        [1, 4, 'id'],
        [1, 5, 'label.'],
      ],
    )
    assert.match(faults[0]!.message, /is not a known column; there are id, status, .* and label\.<name>/)
  })

  it('names every row that has too many values or no id', async () => {
    const { faults, devices } = await read('id,site\na,x,\nb,y\n,z\nc\n')
    assert.deepEqual(
      faults.map(({ line, column, path, message }) => [line, column, path, message]),
      [
        [2, 3, '', 'has 3 values for 2 columns'],
        [4, undefined, 'id', 'is missing'],
      ],
    )
    assert.deepEqual(
      devices.map(({ id }) => id),
      ['b', 'c'],
    )
  })

  it('without a header or an id column is refused', async () => {
    assert.match((await read('')).faults[0]!.message, /has no header/)
    const { faults, devices } = await read('name.en\nx\ny\n')
    assert.deepEqual(faults, [
      { line: 1, path: 'id', message: 'is missing: the column that says which device it is' },
    ])
    assert.deepEqual(devices, [])
  })

  for (const [what, row, words] of [
    ['a quote that is not closed', 'c,"x\nd,y\n', /a quote that is not closed/],
    ['a value that goes on after its quote', 'c,"x"y\nd,y\n', /goes on after its closing quote/],
    ['a quote within a bare value', 'c,x"y\nd,y\n', /a quote within a value/],
  ] as const) {
    it(`with ${what} is read up to there`, async () => {
      const { faults, devices } = await read(`id,vendor\na,"1\n2"\n${row}`)
      assert.equal(devices.length, 1)
      assert.equal(faults.length, 1)
      assert.equal(faults[0]!.line, 4)
      assert.match(faults[0]!.message, words)
    })
  }

  it('in another encoding is refused, and read to its end all the same', async () => {
    const gbk = Buffer.concat([Buffer.from('id,name.zh\na,'), Buffer.from([0xcb, 0xdc]), Buffer.from('\n')])
    let pieces = 0
    const bytes = function* () {
      for (const piece of [gbk, Buffer.from('b,c\n'), Buffer.from('d,e\n')]) {
        pieces++
        yield piece
      }
    }
    const rows = new CollectedRows()
    await readCsv(bytes(), rows)
    assert.equal(pieces, 3)
    assert.match(rows.faults[0]!.message, /is not UTF-8; save the table as UTF-8/)
  })
})
