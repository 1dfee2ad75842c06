import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { answerOf, problemIn } from '../support/answers.js'
import { HttpGateway } from '../support/http-gateway.js'

interface Listed {
  id: string
  status: string
  path: string
  name: { zh: string; en: string }
  lastReceived: string | null
  updatedAt: string
}

interface Page {
  devices: Listed[]
  nextCursor: string | null
}

const COUNT = 300

describe('GET /api/v1/devices', () => {
  const gateway = new HttpGateway()

  before(async () => {
    await gateway.start()
    const rows = Array.from({ length: COUNT }, (_, n) => ({
      // Neither in the order of arrival nor in that of the numbers.
      id: `d${(n * 7919) % 1000}`,
      input: {
        site: n % 3 === 0 ? 'ningbo' : 'suzhou',
        area: `a${n % 5}`,
        vendor: n % 2 === 0 ? 'Haitian' : 'KUKA',
        sector: n % 10 === 0 ? '29' : '34',
        name: n % 4 === 0 ? { zh: `机${n % 7}` } : { en: `Machine ${n % 7}` },
        labels: n % 50 === 0 ? { owner: 'zhang', 'a=b': 'c' } : {},
        identifier: `88.608.1/${n}`,
      },
    }))
    await gateway.devices.putAll(rows, 'api')
    gateway.receive('ningbo/new/line1/fresh', 1)
    await gateway.flush()
    await gateway.devices.setStatus('d0', 'rejected')
  })
  after(() => gateway.close())

  const page = async (query: string) => answerOf<Page>(await gateway.get(`/api/v1/devices?${query}`))
  const count = async (query: string) => (await page(`${query}&limit=1000`)).devices.length

  async function walk(
    query: string,
    between: () => Promise<void> = async () => undefined,
  ): Promise<Listed[]> {
    const found: Listed[] = []
    let cursor: string | null = ''
    while (cursor !== null) {
      const next: Page = await page(`${query}${cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`}`)
      found.push(...next.devices)
      cursor = next.nextCursor
      await between()
    }
    return found
  }

  it('has what a list of devices always had, in the order of arrival', async () => {
    const devices = await walk('limit=37')
    assert.equal(devices.length, COUNT + 1)
    assert.equal(devices[0]!.id, 'd0')
    const { id, path, site, area, line, device, lastReceived } = devices.at(-1)! as Listed &
      Record<string, string>
    assert.deepEqual(
      [id, path, site, area, line, device],
      ['fresh', 'ningbo/new/line1/fresh', 'ningbo', 'new', 'line1', 'fresh'],
    )
    assert.ok(Date.parse(lastReceived!) <= Date.now())
    assert.equal(devices[0]!.lastReceived, null)
  })

  it('narrows by status, place, sector, vendor, label and text, and by several at once', async () => {
    assert.equal(await count('status=confirmed'), COUNT - 1)
    assert.deepEqual(
      (await page('status=discovered')).devices.map(({ id }) => id),
      ['fresh'],
    )
    assert.deepEqual(
      (await page('status=rejected')).devices.map(({ id }) => id),
      ['d0'],
    )
    assert.equal(await count('scope=ningbo/a1'), 20)
    assert.equal(await count('scope=ningb'), 0)
    assert.equal(await count('site=ningbo&area=a1'), 20)
    assert.equal(await count('sector=29'), 30)
    assert.equal(await count('vendor=Haitian'), 150)
    assert.equal(await count('vendor=haitian'), 0)
    assert.equal(await count('label=owner'), 6)
    assert.equal(await count('label=owner=zhang'), 6)
    assert.equal(await count('label=a%3Db'), 6)
    assert.equal(await count('label=a%3Db%3Dc'), 6)
    assert.equal(await count('label=owner=li'), 0)
    assert.equal(await count('q=HAITIAN'), 150)
    assert.equal(await count('q=88.608.1/17'), 11)
    assert.equal(await count(`q=${encodeURIComponent('机3')}`), 10)
    assert.equal(await count('site=ningbo&vendor=KUKA&q=machine'), 50)
    assert.equal(await count('presence=online'), 0)
  })

  for (const [sort, keyOf] of [
    ['id', ({ id }: Listed) => id],
    ['name', ({ name, id }: Listed) => name.en || name.zh || id],
    ['path', ({ path }: Listed) => path],
    ['updatedAt', ({ updatedAt }: Listed) => updatedAt],
    ['lastReceived', ({ lastReceived }: Listed) => lastReceived ?? ''],
  ] as const) {
    it(`sorts by ${sort}, both ways, page by page`, async () => {
      const expected = (await walk('limit=1000')).map(keyOf).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
      const up = await walk(`sort=${sort}&limit=41`)
      assert.deepEqual(up.map(keyOf), expected)
      assert.equal(new Set(up.map(({ id }) => id)).size, COUNT + 1)
      const down = await walk(`sort=-${sort}&limit=41`)
      assert.deepEqual(down, up.reverse())
    })
  }

  it('keeps narrowing while it pages', async () => {
    const devices = await walk('sort=name&vendor=KUKA&limit=11')
    assert.equal(devices.length, 150)
  })

  for (const sort of ['', 'sort=id&', 'sort=-name&', 'sort=path&']) {
    it(`neither repeats nor loses a device that stays as it is while others change (${sort})`, async () => {
      const others = (await walk('limit=1000')).filter((_, n) => n % 3 === 1).map(({ id }) => id)
      const steady = (await walk('limit=1000')).map(({ id }) => id).filter((id) => !others.includes(id))
      let step = 0
      const found = await walk(`${sort}limit=20`, async () => {
        step++
        const [gone, moved] = [others[step * 2], others[step * 2 + 1]]
        if (gone !== undefined) await gateway.devices.remove(gone)
        if (moved !== undefined)
          await gateway.devices.patch(moved, { site: `s${step % 2}`, name: { en: `N${9 - (step % 10)}` } })
        await gateway.devices.put(`new-${sort}${step}`, { site: 'zz' })
      })
      const ids = found.map(({ id }) => id)
      for (const id of steady) assert.equal(ids.filter((other) => other === id).length, 1, id)
    })
  }

  it('refuses a cursor of another list or another order', async () => {
    const { nextCursor } = await page('sort=id&limit=1')
    const text = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
    for (const query of [
      `cursor=${nextCursor}`,
      `sort=name&cursor=${nextCursor}`,
      'sort=id&cursor=abc',
      `sort=id&cursor=${text(['id', 7, 1])}`,
      `sort=updatedAt&cursor=${text(['updatedAt', 'x', 1])}`,
      `sort=id&cursor=${text(['id', 'x', 'y'])}`,
      `sort=id&cursor=${text({})}`,
    ]) {
      const { violations } = await problemIn(
        await gateway.get(`/api/v1/devices?${query}`),
        400,
        'LG_REQUEST_INVALID',
      )
      assert.equal(violations?.[0]?.path, 'query.cursor', query)
    }
  })

  it('refuses an order or a status that there is not', async () => {
    const response = await gateway.get('/api/v1/devices?sort=colour&status=blue')
    const { violations } = await problemIn(response, 400, 'LG_REQUEST_INVALID')
    assert.deepEqual(violations?.map(({ path }) => path).sort(), ['query.sort', 'query.status'])
  })
})
