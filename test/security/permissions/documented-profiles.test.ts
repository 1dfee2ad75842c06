import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { parse } from 'yaml'
import {
  type AccessSubject,
  compileAccess,
  type ProfileConfig,
} from '../../../src/security/permissions/compile-access.js'
import { templateFault } from '../../../src/security/permissions/template.js'
import { packageRoot } from '../../support/package-root.js'

const NONE = { allow: [], deny: [] }
const SUBJECT: AccessSubject = {
  principal: 'device:x',
  place: { site: 'ningbo', area: 'moulding', line: 'l7', device: 'imm-01' },
  clientId: 'x',
  username: 'x',
  attributes: { group: 'g', node: 'n' },
}

/** The profiles of the page, by name, with the defaults of the schema. */
function profilesOf(page: string): Record<string, ProfileConfig> {
  const blocks = [...readFileSync(join(packageRoot(), page), 'utf8').matchAll(/```yaml\n([\s\S]*?)```/g)]
  const read = blocks.map(([, text]) => parse(text!) as Record<string, never>)
  const named = read.map((block) => ('mqtt' in block ? (block.mqtt as { profiles: object }).profiles : block))
  const profiles = Object.assign({}, ...named) as Record<string, Partial<ProfileConfig>>
  return Object.fromEntries(
    Object.entries(profiles).map(([name, { publish, subscribe, speaksFor = 'self' }]) => [
      name,
      { publish: { ...NONE, ...publish }, subscribe: { ...NONE, ...subscribe }, speaksFor },
    ]),
  )
}

for (const page of ['docs/permissions.md', 'docs/permissions.zh-CN.md']) {
  test(`the profiles of ${page} do what it says`, () => {
    const profiles = profilesOf(page)
    for (const { publish, subscribe } of Object.values(profiles)) {
      const templates = [publish.allow, publish.deny, subscribe.allow, subscribe.deny].flat()
      for (const template of templates) assert.equal(templateFault(template), undefined, template)
    }
    const access = (name: string) => compileAccess(profiles[name]!, SUBJECT)
    assert.equal(access('device').mayPublish('factory/ningbo/moulding/l7/imm-01/state'), true)
    assert.equal(access('device').mayPublish('factory/ningbo/moulding/l7/imm-01/commands/stop'), false)
    assert.equal(access('device').maySubscribe('factory/ningbo/moulding/l7/imm-01/commands/#'), true)
    assert.equal(access('line-gateway').mayPublish('factory/ningbo/moulding/l7/imm-02/state'), true)
    assert.equal(access('line-gateway').mayPublish('factory/ningbo/moulding/l8/imm-02/state'), false)
    assert.equal(access('line-gateway').maySpeakFor('ningbo/moulding/l7/imm-02'), true)
    for (const topic of ['NBIRTH/n', 'NDATA/n', 'NDEATH/n', 'DBIRTH/n/d', 'DDATA/n/d', 'DDEATH/n/d']) {
      assert.equal(access('edge-node').mayPublish(`spBv1.0/g/${topic}`), true, topic)
    }
    for (const topic of ['NCMD/n', 'DCMD/n/d', 'NDATA/other', 'DDATA/other/d']) {
      assert.equal(access('edge-node').mayPublish(`spBv1.0/g/${topic}`), false, topic)
    }
    for (const filter of ['factory/ningbo/+/+/+/state', 'factory/ningbo/+/+/+/counts/#']) {
      assert.equal(access('dashboard').maySubscribe(filter), true, filter)
    }
    for (const filter of ['factory/#', 'factory/ningbo/#', 'factory/wuxi/+/+/+/state']) {
      assert.equal(access('dashboard').maySubscribe(filter), false, filter)
    }
    assert.equal(access('dashboard').mayPublish('factory/ningbo/moulding/l7/imm-01/state'), false)
  })
}
