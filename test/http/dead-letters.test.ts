import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { LetterJson } from '../../src/http/letter-json.js'
import { readLetterPage } from '../../src/http/letter-page.js'
import { answerOf, problemIn } from '../support/answers.js'
import { HttpGateway } from '../support/http-gateway.js'

interface Page {
  items: LetterJson[]
  nextCursor: string | null
}

const LETTERS = 2_500
const DEVICE = 'ningbo/moulding/line1/imm-01'
const RARE = 'ningbo/port/q1/crane-1'

describe('GET /api/v1/dead-letters', () => {
  const gateway = new HttpGateway()

  before(async () => {
    await gateway.start()
    gateway.receiveUndecodable(RARE, { reason: { code: 'bad_type', message: 'no number' } })
    gateway.receiveUndecodable(DEVICE, { payload: Buffer.from([0xff, 0x00, 0xfe]) })
    gateway.receiveUndecodable(DEVICE, { payload: Buffer.from(`${'é'.repeat(511)}€€`) })
    for (let n = 3; n < LETTERS; n++) gateway.receiveUndecodable(DEVICE)
    gateway.receiveUndecodable(RARE, { kind: 'line', sink: 'influx', topic: '', clientId: '', qos: 0 })
    await gateway.flush()
  })
  after(() => gateway.close())

  async function page(query: string): Promise<Page> {
    return answerOf<Page>(await gateway.get(`/api/v1/dead-letters?${query}`))
  }

  it('lists them newest first', async () => {
    const { items } = await page('limit=2')
    assert.deepEqual(
      items.map(({ id }) => id),
      [LETTERS + 1, LETTERS],
    )
    assert.deepEqual(items[0], {
      id: LETTERS + 1,
      kind: 'line',
      time: '2023-11-14T22:13:20.000Z',
      device: RARE,
      slot: gateway.devices.find(RARE)[0]!.slot,
      topic: '',
      qos: 0,
      clientId: '',
      sink: 'influx',
      reason: { code: 'malformed', message: 'Unexpected end' },
      payload: { encoding: 'utf8', text: '{', bytes: 1, truncated: false },
    })
  })

  it('walks over all of them without loss or repetition', async () => {
    const ids: number[] = []
    let cursor: string | null = ''
    while (cursor !== null) {
      const next: Page = await page(cursor === '' ? 'limit=499' : `limit=499&cursor=${cursor}`)
      ids.push(...next.items.map(({ id }) => id))
      cursor = next.nextCursor
    }
    assert.deepEqual(
      ids,
      Array.from({ length: LETTERS + 1 }, (_, i) => LETTERS + 1 - i),
    )
  })

  it('finds the few that pass a filter, wherever they are', async () => {
    const ids = async (query: string) => (await page(query)).items.map(({ id }) => id)
    assert.deepEqual(await ids('device=crane-1'), [LETTERS + 1, 1])
    assert.deepEqual(await ids(`device=${RARE}&reason=bad_type`), [1])
    assert.deepEqual(await ids(`topic=factory/${RARE}/telemetry`), [1])
    assert.deepEqual(await ids('reason=unheard_of'), [])
    assert.deepEqual(await ids('topic=factory/%2B/port/%23'), [1])
    assert.deepEqual(await ids('device=crane-1&to=2023-11-14T22:13:21Z'), [LETTERS + 1, 1])
    assert.deepEqual(await ids('device=crane-1&from=-1h'), [])
  })

  it('cuts a payload to 1 KiB in the list, between two characters, and shows it whole by its id', async () => {
    const { items } = await page(`limit=1&cursor=${Buffer.from('letter:4').toString('base64url')}`)
    assert.deepEqual(items[0]?.payload, {
      encoding: 'utf8',
      text: 'é'.repeat(511),
      bytes: 1_028,
      truncated: true,
    })
    const whole = await answerOf<LetterJson>(await gateway.get('/api/v1/dead-letters/3'))
    assert.deepEqual([whole.payload.text, whole.payload.truncated], [`${'é'.repeat(511)}€€`, false])
  })

  it('gives a payload that is not text as base64', async () => {
    const { payload } = await answerOf<LetterJson>(await gateway.get('/api/v1/dead-letters/2'))
    assert.deepEqual(payload, {
      encoding: 'base64',
      text: '/wD+',
      bytes: 3,
      truncated: false,
      base64: '/wD+',
      hex: 'ff00fe',
    })
  })

  it('refuses times that are none, or that are the wrong way round', async () => {
    for (const query of ['from=yesterday', 'from=-1h&to=-2h']) {
      const response = await gateway.get(`/api/v1/dead-letters?${query}`)
      const { violations } = await problemIn(response, 400, 'LG_REQUEST_INVALID')
      assert.equal(violations?.[0]?.path, 'query.from')
    }
  })

  it('answers 404 for an id that there is not, and 400 for what is no id', async () => {
    await problemIn(await gateway.get('/api/v1/dead-letters/99999'), 404, 'LG_DEAD_LETTER_UNKNOWN')
    for (const id of ['0', 'x', '1.5', '%20']) {
      const response = await gateway.get(`/api/v1/dead-letters/${id}`)
      const { violations } = await problemIn(response, 400, 'LG_REQUEST_INVALID')
      assert.equal(violations?.[0]?.path, 'path.id')
    }
  })

  it('ends a page early, with a cursor, when a filter passes nothing in very many', async () => {
    const scan = ({ beforeId = 0 }, maxScanned: number) => ({ letters: [], next: beforeId - maxScanned })
    const page = await readLetterPage({ scan }, {}, 1e6, 5)
    assert.deepEqual([page.items.length, page.beforeId], [0, 900_000])
  })
})

describe('GET /api/v1/dead-letters of an empty table', () => {
  it('is an empty page', async () => {
    const gateway = await new HttpGateway().start()
    const page = await answerOf<Page>(await gateway.get('/api/v1/dead-letters'))
    assert.deepEqual(page, { items: [], nextCursor: null })
    await gateway.close()
  })
})
