import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import fc from 'fast-check'
import { encodePoint, seriesKey } from '../../src/core/line-protocol.js'
import { type Influxd, startInfluxd } from '../support/influxd.js'
import { batchOf, type PlainPoint } from '../support/points.js'

/** The names that core/line-protocol.ts says are changed, said once more and simply. */
function storedName(name: string): string {
  const oneLine = name.replace(/\p{Cc}+/gu, ' ')
  return oneLine.replace(/\\([,= "])/g, '/$1').replace(/\\$/, '/')
}

const storedMeasurement = (name: string) => storedName(name.startsWith('#') ? `_${name}` : name)
const storedKey = (name: string) => (name === 'time' ? 'time_' : storedName(name))

const SPECIAL = [
  '\\',
  '\\\\',
  ',',
  '=',
  ' ',
  '"',
  "'",
  '#',
  '_',
  '/',
  '\t',
  '\n',
  '\r',
  '\0',
  '\x7f',
  '\u0085',
]
const ORDINARY = ['a', 'B', '0', '.', '%', '$', '*', '{', '注', '塑', 'é', '😀', '\u200b', '\ufeff']
const text = fc.string({
  unit: fc.constantFrom(...SPECIAL, ...SPECIAL, ...ORDINARY),
  minLength: 1,
  maxLength: 8,
})
const chosen = fc.constantFrom(
  'time',
  'Time',
  '#',
  '#!~#',
  '_field',
  '_measurement',
  '\\',
  'C:\\temp\\',
  ' ',
  '"',
  'select',
  '1',
  '-1',
  'true',
)
const name = fc.oneof({ weight: 4, arbitrary: text }, chosen)
const value = fc.oneof(
  {
    weight: 3,
    arbitrary: fc
      .oneof(text, fc.constantFrom('', '\\', '"', '\\"', 'a\nm f=1 1\n'))
      .map((string) => ['string', string] as const),
  },
  { weight: 1, arbitrary: fc.boolean().map((boolean) => ['boolean', String(boolean)] as const) },
  {
    weight: 1,
    arbitrary: fc
      .double({ noNaN: true, noDefaultInfinity: true })
      .map((float) => ['float', String(float)] as const),
  },
)

/** Names of tags and fields, all different where they are stored. */
const names = fc.uniqueArray(name, { minLength: 1, maxLength: 6, selector: storedKey })
const point = fc
  .tuple(
    name,
    names,
    fc.nat(5),
    fc.array(value, { minLength: 6, maxLength: 6 }),
    fc.array(name, { minLength: 6, maxLength: 6 }),
  )
  .map(([measurement, all, tagCount, values, tagValues]): PlainPoint => {
    const tagged = all.slice(0, Math.min(tagCount, all.length - 1))
    return {
      measurement,
      tags: tagged.map((tag, i) => ({ name: tag, value: tagValues[i]! })),
      time: '',
      fields: all.slice(tagged.length).map((field, i) => [`${field}`, ...values[i]!] as const),
    }
  })

const COUNT = 600
const FIRST_TIME_MS = 1_700_000_000_000

interface Row {
  readonly measurement: string
  readonly tags: Readonly<Record<string, string>>
  readonly fields: Readonly<Record<string, unknown>>
}

/** What influxd should say of a point. */
function expectedRow({ measurement, tags, fields }: PlainPoint): Row {
  return {
    measurement: storedMeasurement(measurement),
    tags: Object.fromEntries(tags.map((tag) => [storedKey(tag.name), storedName(tag.value)])),
    fields: Object.fromEntries(
      fields.map(([field, type, written]) => [
        storedKey(field),
        type === 'string' ? written : JSON.parse(written),
      ]),
    ),
  }
}

interface Answer {
  readonly results: readonly {
    readonly series?: readonly {
      readonly name: string
      /** Absent if the measurement has none. */
      readonly tags?: Readonly<Record<string, string>>
      readonly columns: readonly string[]
      readonly values: readonly (readonly [timeMs: number, ...cells: unknown[]])[]
    }[]
  }[]
}

function withoutAbsent(
  pairs: readonly (readonly [string, unknown])[],
  absent: unknown,
): Record<string, unknown> {
  return Object.fromEntries(pairs.filter(([, cell]) => cell !== absent))
}

describe('influxd and nasty names', () => {
  let influxd: Influxd
  before(async () => {
    influxd = await startInfluxd()
  })
  after(() => influxd.remove())

  async function post(lines: string): Promise<string> {
    const response = await fetch(`${influxd.url}/write?db=factory&precision=ns`, {
      method: 'POST',
      body: lines,
    })
    return `${response.status} ${await response.text()}`.trim()
  }

  /** Rows by time. Grouped, since tags and fields of one name would be renamed otherwise. */
  async function rows(): Promise<Map<number, Row>> {
    const query = new URLSearchParams({ db: 'factory', epoch: 'ms', q: 'SELECT * FROM /.*/ GROUP BY *' })
    const answer = (await (await fetch(`${influxd.url}/query?${query}`)).json()) as Answer
    const found = new Map<number, Row>()
    for (const { name: measurement, tags, columns, values } of answer.results[0]!.series ?? []) {
      const tagSet = withoutAbsent(Object.entries(tags ?? {}), '') as Row['tags']
      for (const [timeMs, ...cells] of values) {
        const fields = withoutAbsent(
          cells.map((cell, i) => [columns[i + 1]!, cell] as const),
          null,
        )
        found.set(timeMs, { measurement, tags: tagSet, fields })
      }
    }
    return found
  }

  test('every line is taken as written, and its names and values are read back', async () => {
    // Types are told apart by name: a field of two types in one measurement would be refused, and rightly so.
    const points = fc.sample(point, { seed: 1, numRuns: COUNT }).map(({ fields, ...rest }) => ({
      ...rest,
      fields: fields.map(
        ([field, type, written]) => [type === 'string' ? field : `${type} ${field}`, type, written] as const,
      ),
    }))
    const batch = batchOf(points)
    const lines = points.map(({ measurement, tags }, p) =>
      encodePoint(batch, p, seriesKey(measurement, tags), `${FIRST_TIME_MS + p}000000`),
    )
    assert.equal(await post(lines.join('')), '204')
    const found = await rows()
    for (const [p, one] of points.entries()) {
      assert.deepEqual(found.get(FIRST_TIME_MS + p), expectedRow(one), lines[p])
    }
    assert.equal(found.size, COUNT)
  })

  test('without the changes, influxd drops such points and fields in silence or takes them for others', async () => {
    assert.equal(await post('#comment a=1 1'), '204')
    assert.equal(await post('unchanged time="x",a=1 1000000'), '204')
    assert.match(await post('unchanged,time=x a=1 1'), /^400 .*invalid tag key/)
    assert.match(await post('unchanged,tag=x\\ a=1 1'), /^400/)
    assert.equal(
      await post('unchanged,tag=x\\,b=c a=1 2000000'),
      '400 {"error":"unable to parse \'unchanged,tag=x\\\\,b=c a=1 2000000\': invalid tag format"}',
    )
    const found = await rows()
    assert.deepEqual(found.get(1), { measurement: 'unchanged', tags: {}, fields: { a: 1 } })
    assert.equal(
      [...found.values()].some(({ measurement }) => measurement === '#comment'),
      false,
    )
  })

  test('the last nanosecond that the gateway takes is the last that influxd takes', async () => {
    assert.equal(await post('times a=1 9223372036854775806'), '204')
    assert.match(await post('times a=1 9223372036854775807'), /^400 .*time outside range/)
  })
})
