import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { type ErrorCode, GatewayError } from '../../../src/core/errors.js'
import { enrolmentStateOf } from '../../../src/security/credentials/enrolment-code.js'
import { parseToken } from '../../../src/security/secrets/tokens.js'
import { CredentialRig } from '../../support/credential-rig.js'

const ADDRESS = '10.0.0.5'

function fails(code: ErrorCode) {
  return (error: unknown) => error instanceof GatewayError && error.code === code
}

describe('an enrolment code', () => {
  let rig: CredentialRig
  beforeEach(() => {
    rig = new CredentialRig()
  })
  afterEach(() => rig.close())

  const placeOf = (name: string) => rig.credentials.get(name)?.place

  it('becomes the token of the device that it is for, once', async () => {
    const { text } = await rig.codes.make({ name: 'imm-01', place: 'ningbo/moulding/line1/imm-01' })
    assert.match(text, /^lge_/)
    const { secret, credential } = await rig.codes.enrol(text, undefined, ADDRESS)
    assert.equal(rig.credentials.ofToken(parseToken('lgd', secret!)!)?.entry.credential, credential)
    assert.equal(placeOf('imm-01')?.device, 'imm-01')
    await rig.reopen()
    await assert.rejects(rig.codes.enrol(text, undefined, ADDRESS), fails('LG_ENROLMENT_REFUSED'))
    assert.equal(enrolmentStateOf(rig.codes.list()[0]!, rig.nowMs), 'used')
  })

  it('lets one of two in that send it at once', async () => {
    const { text } = await rig.codes.make({})
    const both = await Promise.allSettled([
      rig.codes.enrol(text, 'imm-01', ADDRESS),
      rig.codes.enrol(text, 'imm-02', ADDRESS),
    ])
    assert.deepEqual(
      both.map(({ status }) => status),
      ['fulfilled', 'rejected'],
    )
    assert.equal(rig.credentials.size, 1)
  })

  it('of several uses gives each device its own name and place', async () => {
    const { text } = await rig.codes.make({ name: 'line1-{name}', place: 'ningbo/a/line1/{name}', uses: 2 })
    await rig.codes.enrol(text, 'imm-01', ADDRESS)
    await rig.codes.enrol(text, 'imm-02', ADDRESS)
    assert.deepEqual(placeOf('line1-imm-02'), { site: 'ningbo', area: 'a', line: 'line1', device: 'imm-02' })
    await assert.rejects(rig.codes.enrol(text, 'imm-03', ADDRESS), fails('LG_ENROLMENT_REFUSED'))
  })

  it('that is wrong, used, expired or void is refused in the same words', async () => {
    const used = await rig.codes.make({ name: 'imm-01' })
    await rig.codes.enrol(used.text, undefined, ADDRESS)
    const removed = await rig.codes.make({ name: 'imm-02' })
    await rig.codes.remove(removed.code.id)
    const expired = await rig.codes.make({ name: 'imm-03', validMs: 1_000 })
    rig.pass(1_000)
    const open = await rig.codes.make({ name: 'imm-04' })
    const wrongSecret = `${open.text.slice(0, 17)}${used.text.slice(17)}`
    const messages = new Set<string>()
    for (const text of ['', 'lge_x', used.text, removed.text, expired.text, wrongSecret]) {
      await assert.rejects(rig.codes.enrol(text, undefined, ADDRESS), (error: GatewayError) => {
        messages.add(`${error.code} ${error.message} ${error.action}`)
        return true
      })
    }
    assert.equal(messages.size, 1)
    assert.match([...messages][0]!, /^LG_ENROLMENT_REFUSED/)
    assert.equal((await rig.codes.enrol(open.text, undefined, ADDRESS)).credential.name, 'imm-04')
  })

  it('is not used up by a name that is missing, wrong or taken', async () => {
    const { text } = await rig.codes.make({ place: 'ningbo/a/b/{name}' })
    await rig.credentials.add({ name: 'taken', kind: 'token' })
    await assert.rejects(rig.codes.enrol(text, undefined, ADDRESS), fails('LG_CREDENTIAL_INVALID'))
    for (const name of ['', 'a/b', '+', '../x']) {
      await assert.rejects(rig.codes.enrol(text, name, ADDRESS), fails('LG_CREDENTIAL_INVALID'), name)
    }
    await assert.rejects(rig.codes.enrol(text, 'taken', ADDRESS), fails('LG_CREDENTIAL_NAME_TAKEN'))
    assert.equal((await rig.codes.enrol(text, '{name}$&', ADDRESS)).credential.name, '{name}$&')
  })

  it('cannot be guessed at: tries of an address are few, and those of others go on', async () => {
    const { text } = await rig.codes.make({ name: 'imm-01' })
    const codes = new Set<string>()
    for (let i = 0; i < 50; i++) {
      await rig.codes.enrol('lge_wrong', undefined, '10.9.9.9').catch((error) => codes.add(error.code))
    }
    assert.deepEqual(codes, new Set(['LG_ENROLMENT_REFUSED', 'LG_ENROLMENT_TOO_MANY']))
    await assert.rejects(rig.codes.enrol(text, undefined, '10.9.9.9'), fails('LG_ENROLMENT_TOO_MANY'))
    await rig.codes.enrol(text, undefined, ADDRESS)
  })

  it('that worked is no try: one address enrols a whole line', async () => {
    const { text } = await rig.codes.make({ uses: 100 })
    for (let i = 0; i < 100; i++) await rig.codes.enrol(text, `imm-${i}`, ADDRESS)
    assert.equal(rig.credentials.size, 100)
  })

  it('must be possible to use', async () => {
    const wrong = [
      { name: 'fixed', uses: 2 },
      { uses: 0 },
      { uses: 1.5 },
      { validMs: 10 },
      { validMs: 100 * 86_400_000 },
      { profile: 'nobody' },
      { name: '{name}/x' },
      { place: 'a/b/c/d/{name}' },
      { attributes: { site: 'x' } },
    ]
    for (const input of wrong) {
      await assert.rejects(rig.codes.make(input), fails('LG_CREDENTIAL_INVALID'), JSON.stringify(input))
    }
  })

  it('is forgotten a month after it was over', async () => {
    await rig.codes.make({ validMs: 1_000 })
    rig.pass(32 * 86_400_000)
    await rig.codes.make({})
    assert.equal(rig.codes.list().length, 1)
    await rig.reopen()
    assert.equal(rig.codes.list().length, 1)
  })
})
