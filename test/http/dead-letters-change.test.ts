import assert from 'node:assert/strict'
import { afterEach, beforeEach, test } from 'node:test'
import { answerOf, problemIn } from '../support/answers.js'
import { HttpGateway } from '../support/http-gateway.js'
import { MENDED, ReplayingGateway } from '../support/replaying-gateway.js'

const IMM = 'ningbo/moulding/line1/imm-01'
const CRANE = 'ningbo/port/q1/crane-1'
const URL = '/api/v1/dead-letters'

let gateway: ReplayingGateway

beforeEach(async () => {
  gateway = new ReplayingGateway()
  await gateway.http.start()
  gateway.http.receiveUndecodable(IMM, { payload: Buffer.from(MENDED) })
  gateway.http.receiveUndecodable(IMM)
  gateway.http.receiveUndecodable(CRANE, { payload: Buffer.from(MENDED) })
  gateway.http.receiveUndecodable(CRANE, { kind: 'line', reason: { code: 'block_damaged', message: '' } })
  await gateway.http.flush()
})
afterEach(() => gateway.close())

function post(path: string, body: object): Promise<Response> {
  return gateway.http.get(`${URL}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
}

async function answered(path: string, body: object): Promise<Record<string, unknown>> {
  return answerOf(await post(path, body), 200, 'POST')
}

const ids = () => gateway.http.spool.deadLetters.list({ limit: 100 }).map(({ id }) => id)

test('a replay of a filter answers what became of its letters, and the ledger follows', async () => {
  assert.deepEqual(await answered('/replay', { filter: {} }), {
    dryRun: false,
    replayed: 2,
    refusedAgain: { bad_type: 1 },
    unroutable: 0,
    skipped: 1,
    nextCursor: null,
  })
  assert.deepEqual(ids(), [2, 4])
  const { received, decoded, deadLettered } = gateway.http.ledger.totals().messages
  assert.deepEqual([received, decoded, deadLettered], [4, 2, 2])
})

test('a replay of ids takes these alone', async () => {
  const { replayed, skipped } = await answered('/replay', { ids: [3, 99] })
  assert.deepEqual([replayed, skipped, ids()], [1, 1, [1, 2, 4]])
})

test('a replay in parts goes on by its cursor', async () => {
  const first = await answered('/replay', { filter: { device: 'imm-01' }, limit: 1 })
  assert.equal(first.replayed, 1)
  assert.equal(typeof first.nextCursor, 'string')
  const second = await answered('/replay', { filter: { device: 'imm-01' }, cursor: first.nextCursor })
  assert.deepEqual([second.replayed, second.refusedAgain, second.nextCursor], [0, { bad_type: 1 }, null])
})

test('a dry run of a replay tells of each letter, and changes nothing', async () => {
  const { letters, replayed } = await answered('/replay?dryRun=true', { filter: {} })
  assert.deepEqual(
    (letters as { id: number; outcome: string }[]).map(({ id, outcome }) => [id, outcome]),
    [
      [1, 'replayed'],
      [2, 'refused'],
      [3, 'replayed'],
      [4, 'skipped'],
    ],
  )
  assert.deepEqual([replayed, ids()], [2, [1, 2, 3, 4]])
})

test('a replay of neither or both of ids and filter, or with a foreign cursor, is refused', async () => {
  for (const body of [
    {},
    { ids: [1], filter: {} },
    { filter: {}, cursor: 'abc' },
    { filter: { device: 7 } },
  ]) {
    await problemIn(await post('/replay', body), 400, 'LG_REQUEST_INVALID')
  }
})

test('a server without a replay says so', async () => {
  const plain = await new HttpGateway().start()
  const response = await plain.get(`${URL}/replay`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"filter":{}}',
  })
  await problemIn(response, 503, 'LG_REPLAY_UNAVAILABLE')
  await plain.close()
})

test('a purge removes what passes its filter; its dry run only counts', async () => {
  const filter = { device: 'imm-01', from: '2023-01-01', to: 'now' }
  const wanted = await answered('/purge?dryRun=true', { filter })
  assert.deepEqual(wanted, { dryRun: true, count: 2, bytes: MENDED.length + 1, nextCursor: null })
  assert.deepEqual(await answered('/purge', { filter }), { ...wanted, dryRun: false })
  assert.deepEqual(ids(), [3, 4])
  assert.equal(gateway.http.ledger.totals().messages.deadLettered, 4)
})

test('a purge without a filter is refused', async () => {
  for (const body of [{}, { filter: {} }, { filter: { from: 'yesterday' } }]) {
    await problemIn(await post('/purge', body), 400, 'LG_REQUEST_INVALID')
  }
  assert.equal(ids().length, 4)
})

test('one letter is deleted, once', async () => {
  const remove = () => gateway.http.get(`${URL}/3`, { method: 'DELETE' })
  assert.equal((await remove()).status, 204)
  await problemIn(await remove(), 404, 'LG_DEAD_LETTER_UNKNOWN')
  assert.deepEqual(ids(), [1, 2, 4])
})

test('the summary tells how many there are and what had to go', async () => {
  await answered('/purge', { filter: { reason: 'block_damaged' } })
  const summary = await answerOf<Record<string, unknown>>(await gateway.http.get(`${URL}/summary`))
  assert.deepEqual(
    [summary.count, summary.byReason, summary.oldest, summary.purged],
    [3, { malformed: 3 }, '2023-11-14T22:13:20.000Z', { count: 1, bytes: 1 }],
  )
  assert.ok(Number(summary.bytes) > 0 && Number(summary.bytes) < Number(summary.maxBytes))
})

test('metrics tell of letters, their bytes, what was removed and what was replayed', async () => {
  await answered('/replay', { filter: {} })
  await answered('/purge', { filter: { reason: 'block_damaged' } })
  const text = await (await gateway.http.get('/metrics')).text()
  const value = (name: string) =>
    Number(
      text
        .split('\n')
        .find((line) => line.startsWith(`${name} `))
        ?.split(' ')[1],
    )
  assert.equal(value('linegate_dead_letters'), 1)
  assert.equal(value('linegate_dead_letters_bytes'), gateway.http.spool.deadLetters.bytes)
  assert.equal(value('linegate_dead_letters_removed_total{cause="purged"}'), 1)
  assert.equal(value('linegate_dead_letters_removed_total{cause="age"}'), 0)
  assert.equal(value('linegate_dead_letters_replayed_total{outcome="decoded"}'), 2)
  assert.equal(value('linegate_dead_letters_replayed_total{outcome="refused"}'), 1)
})
