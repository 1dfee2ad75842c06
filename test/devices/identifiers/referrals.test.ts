import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, test } from 'node:test'
import type { HandleAnswer } from '../../../src/devices/identifiers/answer.js'
import type { Resolution } from '../../../src/devices/identifiers/identifiers.js'
import { IdentifierRig, TOKEN } from '../../support/identifier-rig.js'
import { Resolver, sendJson, sendRecord } from '../../support/resolver.js'

const FOREIGN = '88.608.1/x'

describe('a referral', () => {
  let rig: IdentifierRig
  let resolver: Resolver
  /** Nothing of it is in the table. */
  let stranger: Resolver
  beforeEach(async () => {
    resolver = await new Resolver().start()
    stranger = await new Resolver().start()
    rig = new IdentifierRig({
      prefixes: ['88.608.8889'],
      referrals: [
        { prefix: '88.608.1', url: `${resolver.url}/resolver`, timeoutMs: 10_000 },
        { prefix: '88.608.2', url: resolver.url, timeoutMs: 150 },
      ],
    })
  })
  afterEach(async () => {
    await rig.close()
    resolver.close()
    stranger.close()
  })

  const ask = (handle = FOREIGN, question: Partial<Resolution> = {}) =>
    rig.identifiers.resolve({ handle, selection: { types: [], indexes: [] }, ...question })
  const failsWith = (answer: HandleAnswer, cause: RegExp) => {
    assert.equal(answer.responseCode, 2)
    assert.match(answer.message ?? '', cause)
  }

  test('asks for the whole record and gives what was asked for of it', async () => {
    const one = (index: number, type: string) => ({
      index,
      type,
      data: { format: 'string', value: type },
      ttl: 60,
      timestamp: '2026-01-01T00:00:00Z',
    })
    const values = [one(1, 'URL'), one(2, 'EMAIL'), one(3, 'EMAIL')]
    resolver.answer = (response) => sendJson(response, 200, { responseCode: 1, handle: FOREIGN, values })
    const email = { selection: { types: ['EMAIL'], indexes: [] } }
    assert.deepEqual(await ask(FOREIGN, email), { responseCode: 1, handle: FOREIGN, values: values.slice(1) })
    assert.deepEqual((await ask()).values, values)
    assert.equal((await ask(FOREIGN, { selection: { types: ['HS_ADMIN'], indexes: [] } })).responseCode, 200)
    assert.deepEqual(
      resolver.asked.map(({ url }) => url),
      ['/resolver/api/handles/88.608.1/x'],
    )
  })

  test('tells the other neither the token nor anything else of the asker', async () => {
    await ask(FOREIGN, { authorization: `Bearer ${TOKEN}`, origin: 'http://10.0.0.5:8080' })
    const { headers } = resolver.asked[0]!
    assert.equal(headers.authorization, undefined)
    assert.doesNotMatch(JSON.stringify(headers), new RegExp(`${TOKEN}|10\\.0\\.0\\.5`))
    assert.match(String(headers['x-linegate-hops']), /^%E5%AE%81%E6%B3%A2-1~[0-9a-f]{8}$/)
  })

  test('is for what is not registered here', async () => {
    rig.registry.put({ id: 'bought-01', identifier: FOREIGN })
    assert.equal((await ask()).values?.find(({ type }) => type === 'DEVICE')?.data.value, 'bought-01')
    assert.equal(resolver.asked.length, 0)
  })

  test('goes by the longest prefix', async () => {
    const { url } = stranger
    await rig.reopen({
      prefixes: ['88.608'],
      referrals: [
        { prefix: '*', url: `${url}/any`, timeoutMs: 1_000 },
        { prefix: '88.608.1', url: `${url}/one`, timeoutMs: 1_000 },
        { prefix: '88.7', url: `${url}/seven`, timeoutMs: 1_000 },
      ],
    })
    for (const handle of ['20.1/x', '88.608.1/x', '88.7.1/x', '88.77.1/x', '88.608.9/x', '1.2.3'])
      await ask(handle)
    assert.deepEqual(
      stranger.asked.map(({ url: path }) => path.replace('/api/handles', '')),
      ['/any/20.1/x', '/one/88.608.1/x', '/seven/88.7.1/x', '/any/88.77.1/x'],
    )
  })

  test('passes on that the handle is not known there', async () => {
    resolver.answer = (response) => sendJson(response, 404, { responseCode: 100, handle: FOREIGN })
    assert.deepEqual(await ask(), { responseCode: 100, handle: FOREIGN })
  })

  describe('is remembered', () => {
    const times = async (count: number, ms: number) => {
      for (let n = 0; n < count; n++) {
        await ask()
        rig.nowMs += ms
      }
      return resolver.asked.length
    }

    test('for the time of the configuration', async () => {
      assert.equal(await times(6, 20_000), 2)
    })

    test('for no longer than the record allows', async () => {
      resolver.answer = (response) => sendRecord(response, FOREIGN, 1)
      assert.equal(await times(4, 500), 2)
      resolver.answer = (response) => sendRecord(response, FOREIGN, 0)
      rig.nowMs += 60_000
      assert.equal(await times(3, 0), 2 + 3)
    })

    test('shortly when the handle is not known, or the resolver fails', async () => {
      resolver.answer = (response) => sendJson(response, 404, { responseCode: 100, handle: FOREIGN })
      assert.equal(await times(4, 2_500), 2)
      rig.nowMs += 60_000
      resolver.answer = (response) => response.destroy()
      assert.equal(await times(4, 2_500), 4)
    })

    test('unless the asker wants to know it anew', async () => {
      await ask()
      await ask(FOREIGN, { fresh: true })
      assert.deepEqual(
        resolver.asked.map(({ url }) => url),
        ['/resolver/api/handles/88.608.1/x', '/resolver/api/handles/88.608.1/x?auth=true'],
      )
    })

    test('whatever the case of the prefix, as the asker wrote it', async () => {
      await rig.reopen({ referrals: [{ prefix: '20.Plant', url: resolver.url, timeoutMs: 1_000 }] })
      await ask('20.plant/x')
      assert.equal((await ask('20.PLANT/x')).handle, '20.PLANT/x')
      assert.equal(resolver.asked.length, 1)
    })

    test('in so many entries, the oldest going first', async () => {
      for (const handle of ['88.608.1/a', '88.608.1/b', '88.608.1/c', '88.608.1/d']) await ask(handle)
      await ask('88.608.1/d')
      await ask('88.608.1/b')
      assert.equal(resolver.asked.length, 4)
      await ask('88.608.1/a')
      assert.equal(resolver.asked.length, 5)
    })
  })

  test('is asked once by all who ask at once', async () => {
    const answers = await Promise.all([ask(), ask(), ask('88.608.1/y'), ask()])
    assert.ok(answers.every(({ responseCode }) => responseCode === 1))
    assert.equal(resolver.asked.length, 2)
  })

  test('is refused when too many are under way', async () => {
    const waiting: (() => void)[] = []
    resolver.answer = (response) => waiting.push(() => sendRecord(response, FOREIGN))
    const first = Array.from({ length: 64 }, (_, n) => ask(`88.608.1/${n}`))
    assert.equal((await ask('88.608.1/more')).responseCode, 3)
    while (waiting.length < 64) await new Promise((resolve) => setTimeout(resolve, 5))
    resolver.answer = (response) => sendRecord(response, FOREIGN)
    for (const answer of waiting) answer()
    assert.ok((await Promise.all(first)).every(({ responseCode }) => responseCode === 1))
    assert.equal((await ask('88.608.1/0')).responseCode, 1)
  })

  describe('ends with an error, and no 500, when the resolver', () => {
    const answers: Readonly<Record<string, readonly [answer: Resolver['answer'], cause: RegExp]>> = {
      'sends a page': [(response) => response.end('<h1>Welcome</h1>'), /no Handle record/],
      'sends null': [(response) => sendJson(response, 200, null), /no Handle record/],
      'sends a list': [(response) => sendJson(response, 200, []), /no Handle record/],
      'sends a code that nobody knows': [
        (response) => sendJson(response, 200, { responseCode: 999 }),
        /no Handle record/,
      ],
      'sends no values': [(response) => sendJson(response, 200, { responseCode: 1 }), /without values/],
      'sends a value that is none': [
        (response) => sendJson(response, 200, { responseCode: 1, values: [{ index: 'a' }] }),
        /not of the Handle protocol/,
      ],
      'sends more than a record can be': [
        (response) => sendRecord(response, FOREIGN, 60, 'x'.repeat(2_000_000)),
        /more than 1048576 bytes/,
      ],
      'never stops sending': [
        (response) => {
          const send = () => {
            while (response.write('x'.repeat(65_536)));
          }
          response.on('drain', send)
          send()
        },
        /more than 1048576 bytes/,
      ],
      'hangs up': [(response) => response.destroy(), /cannot be reached/],
      'redirects to another address': [
        (response) => response.writeHead(302, { location: `${stranger.url}/secret` }).end(),
        /not in the referral table/,
      ],
      'redirects to another path of its own': [
        (response) => response.writeHead(301, { location: '/admin' }).end(),
        /not in the referral table/,
      ],
      'redirects to a path that looks like its own': [
        (response) => response.writeHead(301, { location: '/resolver-of-others/x' }).end(),
        /not in the referral table/,
      ],
      'redirects out of its path': [
        (response) => response.writeHead(307, { location: '/resolver/%2e%2e/admin' }).end(),
        /not in the referral table/,
      ],
      'redirects to a file': [
        (response) => response.writeHead(302, { location: 'file:///etc/passwd' }).end(),
        /not in the referral table/,
      ],
      'redirects with a user and a password': [
        (response, { headers }) =>
          response.writeHead(302, { location: `http://a:b@${headers.host}/resolver/x` }).end(),
        /not in the referral table/,
      ],
      'redirects to nowhere': [
        (response) => response.writeHead(302, { location: 'http://' }).end(),
        /no address/,
      ],
      'redirects in circles': [
        (response, { url }) => response.writeHead(302, { location: `${url}x` }).end(),
        /more than 3 times/,
      ],
    }
    for (const [name, [answer, cause]] of Object.entries(answers)) {
      test(name, async () => {
        await rig.reopen({
          referrals: [
            { prefix: '88.608.1', url: `${resolver.url}/resolver`, timeoutMs: 10_000 },
            { prefix: '88.608.3', url: `${resolver.url}/deep`, timeoutMs: 10_000 },
          ],
        })
        resolver.answer = answer
        failsWith(await ask(), cause)
        assert.equal(stranger.asked.length, 0)
        assert.ok(!resolver.asked.some(({ url }) => /admin|of-others/.test(url)))
      })
    }

    test('does not answer in time', async () => {
      resolver.answer = () => undefined
      failsWith(await ask('88.608.2/x'), /within 150 ms/)
    })

    test('stops in the middle of its answer', async () => {
      resolver.answer = (response) => response.write('{"responseCode":1,')
      failsWith(await ask('88.608.2/x'), /within 150 ms/)
    })

    test('is not there', async () => {
      resolver.close()
      failsWith(await ask(), /cannot be reached/)
    })
  })

  test('follows a redirect below an address of the table', async () => {
    resolver.answer = (response, { url }) => {
      if (url === '/resolver/new') sendRecord(response, FOREIGN)
      else response.writeHead(302, { location: '/resolver/new' }).end()
    }
    assert.equal((await ask()).responseCode, 1)
  })

  for (const suffix of [
    '..',
    '../..',
    '../../admin',
    '%2e%2e/%2e%2e',
    '@127.0.0.1/',
    'x?url=http://a',
    'x#y',
    '\\..\\',
  ]) {
    test(`asks where it should for the suffix ${suffix}`, async () => {
      await ask(`88.608.1/${suffix}`)
      const { url } = resolver.asked[0]!
      assert.ok(url.startsWith('/resolver/api/handles/88.608.1'), url)
      assert.equal(decodeURIComponent(url.slice('/resolver/api/handles/'.length)), `88.608.1/${suffix}`)
      assert.equal(stranger.asked.length, 0)
    })
  }

  describe('in a circle', () => {
    test('is refused by a gateway that finds itself in it', async () => {
      await ask()
      const self = String(resolver.asked[0]!.headers['x-linegate-hops'])
      const answer = await ask('88.608.1/y', { hops: `plant-2~00000000, ${self}` })
      assert.equal(answer.responseCode, 6)
      assert.match(answer.message ?? '', /plant-2 → 宁波-1 → 宁波-1/)
      assert.equal(resolver.asked.length, 1)
    })

    test('is refused after many gateways, whoever they are', async () => {
      const hops = (count: number) => Array.from({ length: count }, (_, n) => `g${n}~${n}`).join(',')
      assert.equal((await ask(FOREIGN, { hops: hops(7) })).responseCode, 1)
      assert.equal((await ask('88.608.1/y', { hops: hops(8) })).responseCode, 6)
      assert.equal((await ask('88.608.1/y', { hops: '%,%%,'.repeat(3_000) })).responseCode, 6)
      assert.equal(resolver.asked.length, 1)
    })

    test('ends in time when what comes back does not say where it has been', async () => {
      resolver.answer = async (response) => sendJson(response, 200, await ask('88.608.2/x'))
      const answer = await ask('88.608.2/x')
      assert.equal(answer.responseCode, 2)
      assert.equal(resolver.asked.length, 1)
    })
  })

  test('that is under way ends when the gateway stops', async () => {
    resolver.answer = () => undefined
    const answer = ask()
    while (resolver.asked.length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
    await rig.identifiers.close()
    failsWith(await answer, /stopping/)
  })
})
