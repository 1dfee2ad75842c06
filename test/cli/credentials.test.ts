import assert from 'node:assert/strict'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { silentLogger } from '../../src/core/logger.js'
import { Credentials } from '../../src/security/credentials/credentials.js'
import { EnrolmentCodes } from '../../src/security/credentials/enrolment-codes.js'
import { PasswordHasher } from '../../src/security/secrets/passwords.js'
import { parseToken } from '../../src/security/secrets/tokens.js'
import { HttpGateway } from '../support/http-gateway.js'
import { openState, removeDirectory, temporaryDirectory } from '../support/state.js'
import { linegate } from '../support/terminal.js'

const PLACE = 'ningbo/moulding/line1/imm-01'
const DEVICES =
  'id,site,area,line\nimm-01,ningbo,moulding,line1\nimm-02,ningbo,moulding,line1\nagv-1,ningbo,hall,\n'
const TOKEN = /^lgd_[a-z2-7]{12}_[A-Za-z0-9_-]{43}\n$/

describe('linegate credentials', () => {
  const directory = temporaryDirectory()
  const config = join(directory, 'gateway.yaml')
  const table = join(directory, 'devices.csv')
  before(() => {
    writeFileSync(config, `gateway: { id: test, dataDirectory: '${join(directory, 'data')}' }\n`)
    writeFileSync(table, DEVICES)
  })
  after(() => removeDirectory(directory))

  /** With the state of a gateway that does not run. */
  const credentials = (...args: string[]) => linegate(['credentials', ...args, '--config', config])

  /** The credentials, as a gateway that starts then reads them. */
  async function opened<T>(read: (credentials: Credentials) => T): Promise<T> {
    const state = openState(join(directory, 'data'))
    const options = { state, hasher: new PasswordHasher(), logger: silentLogger, minPasswordLength: 12 }
    const result = read(new Credentials(options))
    await state.close()
    return result
  }

  it('adds a token, which alone goes to standard output, and rotates, moves, revokes and removes', async () => {
    const added = await credentials('add', 'imm-01', '--place', PLACE, '--expires', '365d')
    assert.equal(added.exitCode, 0, added.errors)
    assert.match(added.output, TOKEN)
    assert.match(added.errors, /mosquitto_pub -h 127\.0\.0\.1 -p 1883 -u imm-01 /)
    assert.ok(!added.errors.includes(added.output.trim()), 'the token is on standard output alone')
    const token = parseToken('lgd', added.output.trim())!
    assert.equal(await opened((known) => known.ofToken(token)?.entry.credential.name), 'imm-01')

    const rotated = await credentials('rotate', 'imm-01', '--grace', '12h')
    assert.match(rotated.output, TOKEN)
    assert.match(rotated.errors, /The old one is good until 20/)
    const changed = await credentials('change', 'imm-01', '--place', '', '--expires', 'never')
    assert.equal(changed.exitCode, 0, changed.errors)
    const shown = await credentials('show', 'imm-01', '--json')
    const { place, expiresAt, state } = JSON.parse(shown.output)
    assert.deepEqual({ place, expiresAt, state }, { place: null, expiresAt: null, state: 'active' })

    assert.equal((await credentials('revoke', 'imm-01')).exitCode, 0)
    assert.match((await credentials('list')).output, /imm-01 +token +revoked +device/)
    assert.match((await credentials('rotate', 'imm-01')).errors, /^LG_CREDENTIAL_REVOKED/)
    assert.equal((await credentials('remove', 'imm-01')).exitCode, 0)
    assert.equal((await credentials('list')).output, 'No credentials.\n')
  })

  it('says what is wrong, and changes nothing', async () => {
    const unknown = await credentials('add', 'x', '--profile', 'nobody')
    assert.equal(unknown.exitCode, 1)
    assert.match(unknown.errors, /^LG_CREDENTIAL_INVALID.*mqtt\.profiles/)
    for (const args of [
      ['add', 'x', '--kind', 'magic'],
      ['add', 'x', '--expires', 'soon'],
      ['add', 'x', '--attribute', 'cell'],
      ['rotate'],
      ['rotate', 'a', 'b'],
    ]) {
      assert.equal((await credentials(...args)).exitCode, 2, args.join(' '))
    }
  })

  it('adds a token for each device of a table, into a file that its owner alone can read', async () => {
    const out = join(directory, 'tokens.csv')
    const args = ['add-many', '--table', table, '--scope', 'ningbo/moulding', '--out', out]
    const added = await credentials(...args)
    assert.equal(added.exitCode, 0, added.errors)
    assert.equal(statSync(out).mode & 0o777, 0o600)
    const [heading, ...rows] = readFileSync(out, 'utf8').trim().split('\n')
    assert.equal(heading, 'name,place,secret')
    assert.deepEqual(
      rows.map((row) => row.split(',').slice(0, 2).join()),
      ['imm-01,ningbo/moulding/line1/imm-01', 'imm-02,ningbo/moulding/line1/imm-02'],
    )
    const tokens = rows.map((row) => parseToken('lgd', row.split(',')[2]!)!)
    const names = await opened((known) => tokens.map((token) => known.ofToken(token)?.entry.credential.name))
    assert.deepEqual(names, ['imm-01', 'imm-02'])

    const again = await credentials(...args)
    assert.match(again.errors, /^LG_SECRETS_UNWRITABLE/, 'no file is written over')
    const rest = await credentials('add-many', '--table', table, '--out', join(directory, 'rest.csv'))
    assert.match(rest.output, /^1 written to .*, 2 had one already, 0 failed\.\n$/)
  })

  it('rotates a fleet into a file', async () => {
    const out = join(directory, 'rotated.csv')
    const args = ['--scope', 'ningbo', '--grace', '7d', '--out', out]
    const rotated = await credentials('rotate', ...args)
    assert.equal(rotated.exitCode, 0, rotated.errors)
    assert.equal(readFileSync(out, 'utf8').trim().split('\n').length, 4)
    assert.equal(statSync(out).mode & 0o777, 0o600)
  })

  it('talks to the gateway that runs, and makes codes for its devices', async () => {
    const state = openState(join(directory, 'running'))
    const options = { state, hasher: new PasswordHasher(), logger: silentLogger, minPasswordLength: 12 }
    const running = new Credentials(options)
    const enrolment = new EnrolmentCodes({ ...options, credentials: running })
    const gateway = await new HttpGateway({ credentials: running, enrolment }).start()
    const online = (...args: string[]) => linegate(['credentials', ...args, '--url', gateway.url])
    gateway.meet('ningbo/hall/line2/agv-1')
    await gateway.flush()

    const added = await online(
      'add',
      'plc',
      '--kind',
      'password',
      '--attribute',
      'cell=7',
      '--attribute',
      'row=2',
    )
    assert.match(added.output, /^[a-z2-9]{24}\n$/)
    assert.deepEqual(running.get('plc')?.attributes, { cell: '7', row: '2' })
    const file = join(directory, 'online.csv')
    assert.match((await online('add-many', '--out', file)).output, /^1 written/)
    assert.equal(running.get('agv-1')?.place?.line, 'line2')
    assert.match(
      (await online('list', '--kind', 'token')).output,
      /agv-1 +token +active +device +ningbo\/hall\/line2\/agv-1/,
    )

    const made = await online('enrol', '--place', 'ningbo/hall/line2/{name}', '--valid', '8h')
    assert.match(made.output, /^lge_/)
    const body = JSON.stringify({ code: made.output.trim(), name: 'agv-2' })
    const headers = { 'content-type': 'application/json' }
    const enrolled = await gateway.get('/api/v1/enrol', { method: 'POST', headers, body })
    assert.equal(enrolled.status, 201)
    assert.equal((await online('revoke', 'agv-2')).exitCode, 0)
    assert.ok(running.get('agv-2')?.revokedAtMs !== undefined)
    await gateway.close()
    await running.close()
    await state.close()
  })
})
