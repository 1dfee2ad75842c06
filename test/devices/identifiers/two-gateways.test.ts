import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { freePort } from '../../support/ports.js'
import { ServerProcess } from '../../support/server-process.js'
import { removeDirectory, temporaryDirectory } from '../../support/state.js'

const SERVER = fileURLToPath(new URL('../../support/identifier-server.js', import.meta.url))

interface Answer {
  readonly responseCode: number
  readonly handle: string
  readonly message?: string
  readonly values?: readonly { readonly type: string; readonly data: { readonly value: string } }[]
}

/** Two processes, each with a configuration file of its own; what one does not have it asks the other for. */
describe('two gateways that refer to each other', () => {
  const directory = temporaryDirectory()
  const urls: string[] = []
  const processes: ServerProcess[] = []

  before(async () => {
    const ports = [await freePort(), await freePort()]
    urls.push(...ports.map((port) => `http://127.0.0.1:${port}`))
    for (const [at, port] of ports.entries()) {
      const file = join(directory, `${at}.yaml`)
      const lines = [
        `gateway: { id: plant-${at}, dataDirectory: '${join(directory, String(at))}' }`,
        `http: { host: 127.0.0.1, port: ${port} }`,
        'identifiers:',
        `  prefixes: [ '88.608.${at}' ]`,
        `  referrals: [ { prefix: '*', url: '${urls[1 - at]}', timeoutMs: 20000 } ]`,
      ]
      writeFileSync(file, `${lines.join('\n')}\n`)
      const answers = async () => (await fetch(`${urls[at]}/healthz`)).ok
      processes.push(new ServerProcess(process.execPath, [SERVER, file], answers))
    }
    await Promise.all(processes.map((server) => server.up()))
  })
  after(async () => {
    await Promise.all(processes.map((server) => server.down('SIGKILL')))
    removeDirectory(directory)
  })

  const resolve = async (at: number, handle: string): Promise<[number, Answer]> => {
    const response = await fetch(`${urls[at]}/api/handles/${handle}`)
    return [response.status, (await response.json()) as Answer]
  }

  test('each answer for what the other has, with the address of the other', async () => {
    for (const at of [0, 1]) {
      const [status, { responseCode, handle, values }] = await resolve(at, `88.608.${1 - at}/imm-01`)
      assert.deepEqual([status, responseCode, handle], [200, 1, `88.608.${1 - at}/imm-01`])
      const url = values?.find(({ type }) => type === 'URL')?.data.value
      assert.equal(url, `${urls[1 - at]}/#/devices/imm-01`)
    }
  })

  test('say that a handle is not known where it belongs', async () => {
    const [status, { responseCode }] = await resolve(0, '88.608.1/nothing')
    assert.deepEqual([status, responseCode], [404, 100])
  })

  test('end with a clear error, and at once, when neither is responsible', async () => {
    for (const at of [0, 1]) {
      const [status, { responseCode, message, values }] = await resolve(at, '20.1/x')
      assert.deepEqual([status, responseCode, values], [508, 6, undefined])
      assert.match(message ?? '', new RegExp(`circle: plant-${at} → plant-${1 - at} → plant-${at}\\. `))
      assert.match(message ?? '', /identifiers\.referrals/)
    }
  })

  test('end so for all who ask at once', async () => {
    const questions = Array.from({ length: 20 }, (_, n) => resolve(n % 2, '20.1/y'))
    for (const [status, { responseCode }] of await Promise.all(questions)) {
      assert.deepEqual([status, responseCode], [508, 6])
    }
  })

  test('say so when the other is not there', async () => {
    await processes[1]!.down('SIGKILL')
    const [status, { responseCode, message }] = await resolve(0, '88.608.1/other')
    assert.deepEqual([status, responseCode], [502, 2])
    assert.match(message ?? '', /cannot be reached/)
  })
})
