import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Answers } from '../../../src/security/permissions/answers.js'
import {
  type AccessSubject,
  compileAccess,
  type ProfileConfig,
} from '../../../src/security/permissions/compile-access.js'
import { Profiles } from '../../../src/security/permissions/profiles.js'

const PLACE = { site: 'ningbo', area: 'moulding', line: 'l7', device: 'imm-01' }

const SUBJECT: AccessSubject = {
  principal: 'device:imm-01',
  place: PLACE,
  clientId: 'client-1',
  username: 'imm-01',
  attributes: { cell: 'c4', site: 'elsewhere' },
}

const OWN = 'factory/{site}/{area}/{line}/{device}/#'

function profile(parts: {
  publish?: Partial<ProfileConfig['publish']>
  subscribe?: Partial<ProfileConfig['subscribe']>
  speaksFor?: ProfileConfig['speaksFor']
}): ProfileConfig {
  const none = { allow: [], deny: [] }
  const { publish, subscribe, speaksFor = 'self' } = parts
  return { publish: { ...none, ...publish }, subscribe: { ...none, ...subscribe }, speaksFor }
}

describe('publishing', () => {
  test('is refused unless something allows it', () => {
    const access = compileAccess(profile({ publish: { allow: [OWN] } }), SUBJECT)
    assert.equal(access.mayPublish('factory/ningbo/moulding/l7/imm-01/state'), true)
    assert.equal(access.mayPublish('factory/ningbo/moulding/l7/imm-01'), true)
    assert.equal(access.mayPublish('factory/ningbo/moulding/l7/imm-02/state'), false)
    assert.equal(access.mayPublish('factory/ningbo/moulding/l7/imm-011'), false)
    assert.equal(access.mayPublish('factory'), false)
    assert.equal(compileAccess(profile({}), SUBJECT).mayPublish('a'), false)
  })

  test('is refused where something denies it, whatever allows it', () => {
    const rules = { allow: ['factory/#', 'factory/{site}/alarm'], deny: ['factory/+/alarm'] }
    const access = compileAccess(profile({ publish: rules }), SUBJECT)
    assert.equal(access.mayPublish('factory/ningbo/state'), true)
    assert.equal(access.mayPublish('factory/ningbo/alarm'), false)
    assert.equal(access.mayPublish('factory/ningbo/alarm'), false)
  })

  test('is denied to a client whose id fits no level as it is to the others', () => {
    const rules = { allow: ['orders/#'], deny: ['orders/{clientId}/cancel'] }
    for (const clientId of ['a', 'a/b', '', '+']) {
      const access = compileAccess(profile({ publish: rules }), { ...SUBJECT, clientId })
      assert.equal(access.mayPublish('orders/a/cancel'), false, clientId)
      assert.equal(access.mayPublish('orders/a/place'), true, clientId)
    }
  })

  test('takes user name, client id and attributes in, but no attribute for a level of the tree', () => {
    const allow = ['u/{username}', 'c/{clientId}', 'a/{cell}', 's/{site}', 'p/{__proto__}', 'p/{constructor}']
    const access = compileAccess(profile({ publish: { allow } }), SUBJECT)
    for (const topic of ['u/imm-01', 'c/client-1', 'a/c4', 's/ningbo']) {
      assert.equal(access.mayPublish(topic), true, topic)
    }
    assert.equal(access.mayPublish('s/elsewhere'), false)
    const nowhere = compileAccess(profile({ publish: { allow } }), { ...SUBJECT, place: undefined })
    assert.equal(nowhere.mayPublish('s/elsewhere'), false)
  })

  test('is answered for a hundred thousand topics without remembering all of them', () => {
    const answers = new Answers(100, 1_000)
    for (let i = 0; i < 100_000; i++) {
      const topic = `factory/${i}`
      if (answers.get(topic) === undefined) answers.set(topic, i % 2 === 0)
      assert.equal(answers.get(topic), i % 2 === 0)
      assert.ok(answers.size <= 100)
    }
    answers.set('x'.repeat(990), true)
    assert.ok(answers.size <= 2)
  })
})

describe('subscribing', () => {
  const rules = { allow: ['factory/{site}/#', 'orders/+'], deny: ['factory/{site}/+/secret/#'] }
  const access = compileAccess(profile({ subscribe: rules }), SUBJECT)

  test('is permitted for what one filter allows in whole', () => {
    for (const filter of ['factory/ningbo/moulding/l7', 'factory/ningbo/+', 'orders/1', 'orders/+']) {
      assert.equal(access.maySubscribe(filter), true, filter)
    }
    for (const filter of ['#', '+', 'factory/#', 'factory/+/x', 'orders/#', 'orders', '$SYS/#', 'other']) {
      assert.equal(access.maySubscribe(filter), false, filter)
    }
  })

  test('is refused for what has a denied topic in it', () => {
    for (const filter of [
      'factory/ningbo/#',
      'factory/ningbo/+/+',
      'factory/ningbo/a/secret',
      'factory/ningbo/a/#',
    ]) {
      assert.equal(access.maySubscribe(filter), false, filter)
    }
    assert.equal(access.maySubscribe('factory/ningbo/a/open'), true)
  })

  test('is refused for what MQTT does not take for a filter', () => {
    const all = compileAccess(profile({ subscribe: { allow: ['#'] } }), SUBJECT)
    for (const filter of ['', 'a+', 'a/#/b', 'b#']) assert.equal(all.maySubscribe(filter), false, filter)
    assert.equal(all.maySubscribe('#'), true)
    assert.equal(all.maySubscribe('$SYS/x'), false)
  })
})

describe('speaking', () => {
  const own = 'ningbo/moulding/l7/imm-01'
  const paths = [own, 'ningbo/moulding/l7/imm-02', 'ningbo/moulding/l70/x', 'ningbo/other/l7/x', 'wuxi/a/b/c']
  const permitted = (speaksFor: ProfileConfig['speaksFor'], place: AccessSubject['place'] = PLACE) => {
    const access = compileAccess(profile({ speaksFor }), { ...SUBJECT, place })
    return paths.filter((path) => access.maySpeakFor(path))
  }

  test('is for itself, its line, its area, its site, or all', () => {
    assert.deepEqual(permitted('self'), [own])
    assert.deepEqual(permitted('line'), paths.slice(0, 2))
    assert.deepEqual(permitted('area'), paths.slice(0, 3))
    assert.deepEqual(permitted('site'), paths.slice(0, 4))
    assert.deepEqual(permitted('all'), paths)
  })

  test('is for none without a place, and for itself where the level in question is not known', () => {
    const access = (speaksFor: ProfileConfig['speaksFor'], place: AccessSubject['place']) =>
      compileAccess(profile({ speaksFor }), { ...SUBJECT, place })
    for (const speaksFor of ['self', 'line', 'area', 'site'] as const) {
      assert.equal(access(speaksFor, undefined).maySpeakFor(own), false)
      assert.equal(access(speaksFor, { site: '', area: '', line: '', device: '' }).maySpeakFor(''), false)
    }
    const withoutLine = { site: 'ningbo', area: '', line: '', device: 'gw' }
    assert.equal(access('line', withoutLine).maySpeakFor('ningbo/gw'), true)
    assert.equal(access('line', withoutLine).maySpeakFor(own), false)
    assert.equal(access('site', withoutLine).maySpeakFor(own), true)
  })
})

test('profiles are found by their names alone', () => {
  const profiles = new Profiles({ device: profile({ publish: { allow: [OWN] } }) })
  assert.equal(profiles.accessOf('device', SUBJECT)?.principal, 'device:imm-01')
  assert.deepEqual(profiles.accessOf('device', SUBJECT)?.place, PLACE)
  assert.equal(profiles.accessOf('constructor', SUBJECT), undefined)
  assert.equal(profiles.has('device'), true)
  assert.equal(profiles.has('service'), false)
})
