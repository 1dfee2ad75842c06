import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import fc from 'fast-check'
import { answerOf, problemIn } from '../support/answers.js'
import { HttpGateway } from '../support/http-gateway.js'

interface Imported {
  dryRun: boolean
  created: number
  changed: number
  unchanged: number
}

const TYPES = { csv: 'text/csv', yaml: 'application/yaml' } as const
type Format = keyof typeof TYPES

class Exchange {
  readonly gateway = new HttpGateway()

  post(format: Format, table: string | Uint8Array<ArrayBuffer>, query = ''): Promise<Response> {
    const init = { method: 'POST', body: table, headers: { 'content-type': TYPES[format] } }
    return this.gateway.get(`/api/v1/devices/import?format=${format}${query}`, init)
  }

  async import(format: Format, table: string, query = ''): Promise<number[]> {
    const response = await this.post(format, table, query)
    const { created, changed, unchanged } = await answerOf<Imported>(response, 200, 'POST')
    return [created, changed, unchanged]
  }

  async export(format: Format): Promise<string> {
    const response = await this.gateway.get(`/api/v1/devices/export?format=${format}`)
    assert.equal(response.status, 200)
    assert.equal(response.headers.get('content-type'), `${TYPES[format]}; charset=utf-8`)
    return Buffer.from(await response.arrayBuffer()).toString()
  }

  ids(): string[] {
    return [...this.gateway.devices.records()].map(({ id }) => id)
  }
}

describe('POST /api/v1/devices/import', () => {
  const exchange = new Exchange()
  const { gateway } = exchange

  before(() => gateway.start())
  after(() => gateway.close())

  it('registers what the table states, and leaves what it does not state', async () => {
    assert.deepEqual(
      await exchange.import('csv', 'id,site,vendor,label.a\nm1,ningbo,KUKA,1\nm2,ningbo,,\n'),
      [2, 0, 0],
    )
    assert.deepEqual(await exchange.import('csv', 'id,sector,label.b\nm1,29,2\nm2,,\n'), [0, 1, 1])
    const { site, vendor, sector, labels } = gateway.devices.record(gateway.devices.byId('m1')!.slot)!
    assert.deepEqual([site, vendor, sector, labels], ['ningbo', 'KUKA', '29', { a: '1', b: '2' }])
    assert.deepEqual(
      await exchange.import('yaml', 'devices:\n  m1: { vendor: "" }\n  m3: { site: x }\n'),
      [1, 1, 0],
    )
    assert.equal(gateway.devices.record(gateway.devices.byId('m1')!.slot)!.vendor, '')
  })

  it('confirms what was discovered, and leaves rejected what was rejected', async () => {
    gateway.receive('s/a/l/seen-1')
    gateway.receive('s/a/l/seen-2')
    await gateway.flush()
    await gateway.devices.setStatus('seen-2', 'rejected')
    await exchange.import('csv', 'id,site,area,line\nseen-1,s,a,l\nseen-2,s,a,l\n')
    const status = (id: string) => gateway.devices.record(gateway.devices.byId(id)!.slot)!.status
    assert.deepEqual([status('seen-1'), status('seen-2')], ['confirmed', 'rejected'])
  })

  it('reports every bad row by line and column, and changes nothing', async () => {
    const before = exchange.ids()
    const table =
      'id,site,sector,expectedIntervalMs,label.x\n' +
      'good,ningbo,29,1000,y\n' +
      'bad-1,a/b,99,1000,\n' +
      'good,x,29,1,\n' +
      '"bad-2",x,"2\n9",1.5,\n' +
      ',x,29,1,\n' +
      'bad-3,x,29,1,y,z\n'
    const problem = await problemIn(await exchange.post('csv', table), 400, 'LG_DEVICE_TABLE_INVALID')
    assert.deepEqual(
      problem.violations?.map(({ line, column, path }) => [line, column, path]),
      [
        [3, 2, 'site'],
        [3, 3, 'sector'],
        [4, 1, 'id'],
        [5, 3, 'sector'],
        [5, 4, 'expectedIntervalMs'],
        [7, undefined, 'id'],
        [8, 6, ''],
      ],
    )
    assert.match(problem.detail, /has 7 mistake\(s\), and nothing was changed:\n {2}line 3, column 2, site: /)
    assert.deepEqual(exchange.ids(), before)
  })

  it('reports two devices at one place, in the table and in the registry', async () => {
    await exchange.import('csv', 'id,site,device\nholder,p,taken\n')
    const table =
      'devices:\n  x1: { site: p, device: taken }\n  x2: { site: q, device: d }\n  x3: { site: q, device: d }\n'
    const { violations } = await problemIn(await exchange.post('yaml', table), 400, 'LG_DEVICE_TABLE_INVALID')
    assert.deepEqual(
      violations?.map(({ line, path }) => [line, path]),
      [
        [2, 'x1'],
        [4, 'x3'],
      ],
    )
    const dry = await problemIn(
      await exchange.post('yaml', table, '&dryRun=true'),
      400,
      'LG_DEVICE_TABLE_INVALID',
    )
    assert.deepEqual(dry.violations, violations)
  })

  it('lets two devices swap their places', async () => {
    await exchange.import('csv', 'id,site,device\nsw1,sw,left\nsw2,sw,right\n')
    assert.deepEqual(await exchange.import('csv', 'id,site,device\nsw1,sw,right\nsw2,sw,left\n'), [0, 2, 0])
    assert.equal(gateway.devices.at('sw/left')?.slot, gateway.devices.byId('sw2')?.slot)
  })

  it('only says what would change when it is a dry run', async () => {
    const before = exchange.ids()
    const table = 'id,site\nm1,elsewhere\nm2,\nbrand-new,x\n'
    assert.deepEqual(await exchange.import('csv', table, '&dryRun=true'), [1, 1, 1])
    assert.deepEqual(exchange.ids(), before)
    assert.equal(gateway.devices.record(gateway.devices.byId('m1')!.slot)!.site, 'ningbo')
    assert.deepEqual(await exchange.import('csv', table), [1, 1, 1])
  })

  it('names the first thousand mistakes, and counts all', async () => {
    const rows = Array.from({ length: 1_500 }, (_, n) => `b${n},99\n`).join('')
    const problem = await problemIn(
      await exchange.post('csv', `id,sector\n${rows}`),
      400,
      'LG_DEVICE_TABLE_INVALID',
    )
    assert.equal(problem.violations?.length, 1_000)
    assert.match(problem.detail, /has 1500 mistake\(s\)[\s\S]*and 500 more$/)
  })

  it('answers also when a mistake ends the table early', async () => {
    const rest = 'x,y\n'.repeat(500_000)
    for (const table of [`id,site\na,"x"y\n${rest}`, `id,site\na,"${rest}`]) {
      await problemIn(await exchange.post('csv', table), 400, 'LG_DEVICE_TABLE_INVALID')
    }
    const gbk = new Uint8Array(2_000_000).fill(0xcb)
    const problem = await problemIn(await exchange.post('csv', gbk), 400, 'LG_DEVICE_TABLE_INVALID')
    assert.match(problem.detail, /is not UTF-8/)
    await problemIn(await exchange.post('yaml', gbk), 400, 'LG_DEVICE_TABLE_INVALID')
  })

  it('takes the format from the type of the body when it is not named, and refuses other types', async () => {
    const init = {
      method: 'POST',
      body: 'id\ntyped\n',
      headers: { 'content-type': 'text/csv; charset=utf-8' },
    }
    await answerOf(await gateway.get('/api/v1/devices/import', init), 200, 'POST')
    const json = { ...init, headers: { 'content-type': 'application/json' } }
    await problemIn(await gateway.get('/api/v1/devices/import', json), 415, 'LG_MEDIA_TYPE_UNSUPPORTED')
    await problemIn(
      await gateway.get('/api/v1/devices/import', { method: 'POST' }),
      400,
      'LG_DEVICE_TABLE_INVALID',
    )
  })

  it('takes a table that is larger than any other body', async () => {
    const rows = Array.from({ length: 20_000 }, (_, n) => `big-${n},big,${'v'.repeat(60)}\n`).join('')
    assert.ok(rows.length > 1_048_576)
    assert.deepEqual(await exchange.import('csv', `id,site,vendor\n${rows}`), [20_000, 0, 0])
    for (const format of ['csv', 'yaml'] as const) {
      const [created, changed] = await exchange.import(format, await exchange.export(format))
      assert.deepEqual([created, changed], [0, 0])
    }
  })
})

describe('what is exported', () => {
  const text = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 12 }),
    fc.constantFrom(
      '=1+1',
      "'=1",
      '-1',
      '@x',
      'null',
      'true',
      '~',
      '01',
      ' a ',
      '# x',
      'a,"b"',
      '"',
      "'",
      '',
    ),
  )
  const level = text.map((value) => value.replace(/[/+#]/g, '-'))
  const clean = fc.record(
    {
      status: fc.constantFrom('confirmed' as const, 'discovered' as const, 'rejected' as const),
      name: fc.record({ zh: text, en: text }),
      site: level,
      area: level,
      device: text,
      vendor: text,
      sector: fc.constantFrom('', '01', '29', '97'),
      expectedIntervalMs: fc.integer({ min: 1, max: 100_000 }),
      survivalTimeMs: fc.integer({ min: 0, max: 100_000 }),
      identifier: text,
      labels: fc.dictionary(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }), text, {
        maxKeys: 3,
      }),
    },
    { requiredKeys: [] },
  )
  const id = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
  const rows = fc.uniqueArray(fc.record({ id, input: clean }), { selector: (row) => row.id, maxLength: 6 })
  const isClean = (value: unknown) => !/\\u00[01]|\\u007f|[\u0080-\u009f]/.test(JSON.stringify(value))

  for (const format of ['csv', 'yaml'] as const) {
    it(`as ${format} is the same devices when it is imported, here and elsewhere`, async () => {
      const property = fc.asyncProperty(rows.filter(isClean), async (given) => {
        const [here, there] = [new Exchange(), new Exchange()]
        await Promise.all([here.gateway.start(), there.gateway.start()])
        try {
          fc.pre(here.gateway.devices.violationsOf(given).length === 0)
          await here.gateway.devices.putAll(given, 'api')
          const table = await here.export(format)
          assert.deepEqual(await here.import(format, table), [0, 0, given.length])
          assert.deepEqual(await there.import(format, table), [given.length, 0, 0])
          assert.equal(await there.export(format), table)
        } finally {
          await Promise.all([here.gateway.close(), there.gateway.close()])
        }
      })
      await fc.assert(property, { numRuns: 25 })
    })
  }
})
