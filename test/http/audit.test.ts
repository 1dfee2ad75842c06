import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import type { AuditRecord } from '../../src/security/audit/record.js'
import { answerOf, problemIn } from '../support/answers.js'
import { auditLog, change, refusal, trailFiles } from '../support/audit-rig.js'
import { HttpGateway } from '../support/http-gateway.js'
import { removeDirectory, temporaryDirectory } from '../support/state.js'

interface Page {
  items: AuditRecord[]
  nextCursor: string | null
}

describe('/api/v1/audit', () => {
  const directory = temporaryDirectory()
  const log = auditLog(directory, { maxFileBytes: 16_384 })
  const gateway = new HttpGateway({ audit: log, auditRecords: log })

  before(async () => {
    await log.open()
    for (let n = 1; n <= 300; n++) log.record(change(n))
    log.record(refusal('plant/secret'))
    await log.flush()
    assert.ok(trailFiles(directory).length > 3)
    await gateway.start()
  })
  after(async () => {
    await gateway.close()
    await log.close()
    removeDirectory(directory)
  })

  async function page(query: string): Promise<Page> {
    return answerOf<Page>(await gateway.get(`/api/v1/audit?${query}`))
  }

  it('lists records, newest first, by pages over all files', async () => {
    const seqs: number[] = []
    let cursor: string | null = ''
    while (cursor !== null) {
      const next: Page = await page(cursor === '' ? 'limit=37' : `limit=37&cursor=${cursor}`)
      seqs.push(...next.items.map(({ seq }) => seq))
      cursor = next.nextCursor
    }
    assert.deepEqual(
      seqs,
      seqs.map((_, at) => seqs.length - at),
    )
    assert.equal(seqs.length, 300 + trailFiles(directory).length)
  })

  it('filters by time, category, event, actor and result', async () => {
    const targets = async (query: string) => (await page(query)).items.map(({ target }) => target)
    assert.deepEqual(await targets('result=failure&category=access'), ['plant/secret'])
    assert.deepEqual(await targets('event=publish_refused'), ['plant/secret'])
    assert.deepEqual(await targets('category=access&from=-1h'), ['plant/secret'])
    assert.deepEqual(await targets('category=access&to=-1h'), [])
    assert.deepEqual(await targets('actor=user:anna&limit=1'), ['ningbo/moulding/line1/imm-300'])
    assert.deepEqual(await targets('actor=user:berta'), [])
  })

  it('refuses what it does not know', async () => {
    for (const query of ['event=nothing', 'cursor=bGV0dGVyOjE', 'from=yesterday', 'who=me']) {
      await problemIn(await gateway.get(`/api/v1/audit?${query}`), 400, 'LG_REQUEST_INVALID')
    }
  })

  it('exports the lines as they are on disk, and records it', async () => {
    const response = await gateway.get('/api/v1/audit/export?event=publish_refused')
    assert.equal(response.headers.get('content-type'), 'application/x-ndjson; charset=utf-8')
    const text = await response.text()
    const onDisk = trailFiles(directory).map((name) => readFileSync(join(directory, 'audit', name), 'utf8'))
    assert.equal(text.split('\n').length, 2)
    assert.ok(onDisk.join('').includes(text))
    await log.flush()
    const [exported] = (await page('event=exported')).items
    assert.deepEqual(
      [exported!.actor, exported!.result, exported!.details],
      ['local', 'success', { event: 'publish_refused' }],
    )
  })

  it('verifies the trail, names what is damaged, and records it', async () => {
    const verify = async () =>
      answerOf<{ ok: boolean; damage: object[] }>(
        await gateway.get('/api/v1/audit/verify', { method: 'POST' }),
        200,
        'POST',
      )
    assert.deepEqual((await verify()).ok, true)
    const name = trailFiles(directory)[1]!
    const path = join(directory, 'audit', name)
    const text = readFileSync(path, 'utf8')
    writeFileSync(path, text.replace('user:anna', 'user:otto'))
    const { ok, damage } = await verify()
    writeFileSync(path, text)
    assert.equal(ok, false)
    const seq = Number(name.slice(6, 18)) + 1
    assert.deepEqual(damage, [{ kind: 'altered', file: name, line: 2, firstSeq: seq, lastSeq: seq }])
    await log.flush()
    assert.deepEqual(
      (await page('event=verified')).items.map(({ result }) => result),
      ['failure', 'success'],
    )
  })
})

it('a server that keeps no audit trail says so', async () => {
  const gateway = await new HttpGateway().start()
  try {
    await problemIn(await gateway.get('/api/v1/audit'), 503, 'LG_AUDIT_UNAVAILABLE')
  } finally {
    await gateway.close()
  }
})
