import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { linegate as spawned } from '../support/command.js'
import { GOOD_PASSWORD } from '../support/people.js'
import { PeopleServer } from '../support/people-server.js'
import { removeDirectory, temporaryDirectory } from '../support/state.js'
import { linegate, RecordedTerminal, startLinegate } from '../support/terminal.js'

const MAIN = fileURLToPath(new URL('../../src/main.js', import.meta.url))

/** With the password on standard input. */
function withPassword(password: string, ...args: string[]): Promise<{ code: number | null; err: string }> {
  const all = [MAIN, '--lang', 'en', ...args, '--password-stdin']
  const child = spawn(process.execPath, all, { stdio: ['pipe', 'ignore', 'pipe'] })
  let err = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text
  })
  child.stdin.end(`${password}\n`)
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, err })))
}

function configure(directory: string, tls?: Record<string, string>): string {
  const file = join(directory, 'gateway.yaml')
  const http = tls === undefined ? {} : { http: { signIn: 'required', tls } }
  const gateway = { id: 'test', dataDirectory: directory }
  // JSON is YAML.
  writeFileSync(file, JSON.stringify({ gateway, ...http }))
  return file
}

function pairIn(directory: string, name: string) {
  return { certFile: join(directory, `${name}.crt`), keyFile: join(directory, `${name}.key`) }
}

function makeCertificate(directory: string, name: string): void {
  const { certFile, keyFile } = pairIn(directory, name)
  const subject = ['-subj', `/CN=${name}.example`, '-addext', `subjectAltName=DNS:${name}.example`]
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2']
  const files = ['-keyout', keyFile, '-out', certFile]
  execFileSync('openssl', ['req', '-x509', ...curve, ...subject, ...files], { stdio: 'ignore' })
}

describe('of a gateway that does not run', () => {
  const directory = temporaryDirectory()
  const config = configure(directory)
  after(() => removeDirectory(directory))

  test('the first administrator is made, is on record, and cannot be removed', async () => {
    const added = await withPassword(GOOD_PASSWORD, 'users', 'add', 'anna', '--role', 'admin', '-c', config)
    assert.equal(added.code, 0, added.err)
    const listed = await linegate(['users', 'list', '-c', config, '--json'])
    const users = JSON.parse(listed.output) as { name: string; role: string }[]
    assert.deepEqual(
      users.map(({ name, role }) => [name, role]),
      [['anna', 'admin']],
    )
    const removed = await linegate(['users', 'remove', 'anna', '-c', config])
    assert.equal(removed.exitCode, 1)
    assert.match(removed.errors, /LG_LAST_ADMINISTRATOR/)
    const trail = await linegate(['audit', 'list', '-c', config, '--json'])
    assert.match(trail.output, /"user_added"/)
    assert.ok(!trail.output.includes(GOOD_PASSWORD))
  })

  test('a token is printed alone, and its secret is nowhere on disk', async () => {
    const made = await linegate(['tokens', 'add', 'prometheus', '--role', 'viewer', '-c', config])
    assert.match(made.output, /^lgp_[a-z2-7]{12}_[\w-]{43}\n$/)
    const secret = made.output.trim().slice('lgp_'.length + 13)
    assert.ok(!readFileSync(join(directory, 'state', 'data.mdb')).includes(secret))
    assert.equal((await linegate(['tokens', 'revoke', 'prometheus', '-c', config])).exitCode, 0)
    assert.match((await linegate(['tokens', 'list', '-c', config])).output, /There are no API tokens/)
  })

  test('without a password, and without a terminal to ask at, nobody is added', async () => {
    const none = await linegate(['users', 'add', 'bo', '--role', 'viewer', '-c', config])
    assert.equal(none.exitCode, 2)
    assert.match(none.errors, /LG_PASSWORD_MISSING/)
  })
})

describe('of a gateway that runs', () => {
  let server: PeopleServer
  let config: string
  before(async () => {
    server = await new PeopleServer().start()
    await server.rig.people.serve(server.url)
    config = configure(server.rig.directory)
  })
  after(() => server.close())

  test('users are governed by the local key, which the data directory has', async () => {
    const added = await withPassword(GOOD_PASSWORD, 'users', 'add', 'anna', '--role', 'admin', '-c', config)
    assert.equal(added.code, 0, added.err)
    await server.signedIn('anna', GOOD_PASSWORD)
    const listed = await linegate(['users', 'list', '--url', server.url, '-c', config])
    assert.match(listed.output, /anna +admin +\(whole plant\)/)
  })

  test('other commands are let in by the local key, by a token, and not without', async () => {
    const to = ['--url', server.url]
    assert.equal((await linegate(['spool', ...to, '-c', config])).exitCode, 0)
    const made = await linegate(['tokens', 'add', 'ci', '--role', 'viewer', ...to, '-c', config])
    assert.equal((await linegate(['spool', ...to, '--token', made.output.trim()])).exitCode, 0)
    const refused = await linegate(['spool', ...to])
    assert.equal(refused.exitCode, 1)
    assert.match(refused.errors, /LG_SIGN_IN_REQUIRED/)
  })

  test('the key of one gateway is not sent to another address', async () => {
    const other = await new PeopleServer().start()
    const refused = await linegate(['spool', '--url', other.url, '-c', config])
    await other.close()
    assert.match(refused.errors, /LG_SIGN_IN_REQUIRED: .*nobody is signed in/)
  })

  test('a live stream is let in by the local key', async () => {
    const terminal = new RecordedTerminal()
    const end = new AbortController()
    const argv = ['tail', '--url', server.url, '-c', config, '--json']
    const ended = startLinegate(argv, terminal, end.signal)
    await terminal.shows('"topic":"counts"')
    end.abort()
    assert.equal(await ended, 0)
  })

  test('a live stream is refused in the words of the gateway', async () => {
    const refused = await linegate(['tail', '--url', server.url])
    assert.equal(refused.exitCode, 1)
    assert.match(refused.errors, /LG_SIGN_IN_REQUIRED/)
  })

  test('a live stream ends when its token is revoked', async () => {
    const to = ['--url', server.url]
    const made = await linegate(['tokens', 'add', 'tv', '--role', 'viewer', ...to, '-c', config])
    const terminal = new RecordedTerminal()
    const argv = ['tail', ...to, '--token', made.output.trim(), '--json']
    const ended = startLinegate(argv, terminal, new AbortController().signal)
    await terminal.shows('"topic":"counts"')
    await linegate(['tokens', 'revoke', 'tv', ...to, '-c', config])
    assert.equal(await ended, 1)
    assert.match(terminal.errors, /LG_SIGN_IN_REQUIRED/)
  })

  test('a key that cannot be read is said', async () => {
    const key = join(server.rig.directory, 'local.key')
    const text = readFileSync(key, 'utf8')
    writeFileSync(key, '')
    const listed = await spawned('users', 'list', '-c', config)
    writeFileSync(key, text)
    assert.match(listed.err, /LG_LOCAL_KEY_MISSING/)
  })
})

describe('of a gateway with TLS, whose certificate is for another name', () => {
  const directory = temporaryDirectory()
  let server: PeopleServer
  before(async () => {
    for (const name of ['gateway', 'other']) makeCertificate(directory, name)
    const tls = { ...pairIn(directory, 'gateway'), minVersion: 'TLSv1.2' } as const
    server = await new PeopleServer({ tls }).start()
    await server.rig.people.serve(server.url)
  })
  after(async () => {
    await server.close()
    removeDirectory(directory)
  })

  const runs = async (command: string, certificate: string) => {
    const config = configure(server.rig.directory, pairIn(directory, certificate))
    return linegate([command, '--url', server.url, '-c', config])
  }

  test('the command line knows it by the certificate of the configuration', async () => {
    const { exitCode, errors } = await runs('spool', 'gateway')
    assert.equal(exitCode, 0, errors)
  })

  test('so does a live stream', async () => {
    const terminal = new RecordedTerminal()
    const end = new AbortController()
    const config = configure(server.rig.directory, pairIn(directory, 'gateway'))
    const ended = startLinegate(['tail', '--url', server.url, '-c', config, '--json'], terminal, end.signal)
    await terminal.shows('"topic":"counts"')
    end.abort()
    assert.equal(await ended, 0)
  })

  test('the key is not sent to whoever has another certificate', async () => {
    const { exitCode, errors } = await runs('spool', 'other')
    assert.equal(exitCode, 1)
    assert.match(errors, /LG_GATEWAY_UNREACHABLE: .*certificate/)
  })
})
