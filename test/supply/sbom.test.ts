import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { packageRoot } from '../support/package-root.js'
import { script } from './script.js'

interface Component {
  readonly 'bom-ref': string
  readonly type: string
  readonly name: string
  readonly version: string
  readonly purl: string
  readonly scope?: string
  readonly hashes?: readonly { readonly alg: string; readonly content: string }[]
}

interface Bom {
  readonly bomFormat: string
  readonly specVersion: string
  readonly serialNumber: string
  readonly version: number
  readonly metadata: { readonly timestamp: string; readonly component: Component }
  readonly components: readonly Component[]
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[]
}

const folder = mkdtempSync(join(tmpdir(), 'linegate-sbom-'))
let text: string
let bom: Bom

function written(name: string, environment: NodeJS.ProcessEnv): string {
  const file = join(folder, name)
  const { code, err } = script('sbom.js', [file], environment)
  assert.equal(code, 0, err)
  return readFileSync(file, 'utf8')
}

before(() => {
  text = written('a.json', { SOURCE_DATE_EPOCH: '1700000000' })
  bom = JSON.parse(text) as Bom
})
after(() => rmSync(folder, { recursive: true, force: true }))

test('the bill of materials has what CycloneDX 1.5 requires', () => {
  assert.equal(bom.bomFormat, 'CycloneDX')
  assert.equal(bom.specVersion, '1.5')
  assert.equal(bom.version, 1)
  assert.match(
    bom.serialNumber,
    /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
  )
  assert.equal(bom.metadata.timestamp, '2023-11-14T22:13:20.000Z')
  assert.equal(bom.metadata.component.name, 'linegate')
  for (const { type, name, version, purl, scope, hashes = [] } of bom.components) {
    assert.equal(type, 'library', name)
    assert.equal(purl, `pkg:npm/${name.replace('@', '%40')}@${version}`)
    assert.ok(scope === 'required' || scope === 'optional', name)
    for (const { alg, content } of hashes) {
      assert.equal(alg, 'SHA-512')
      assert.match(content, /^[0-9a-f]{128}$/)
    }
    assert.ok(hashes.length > 0 || scope === 'optional', `${name} has no hash`)
  }
})

test('each component is named once, and whatever depends on something names a component', () => {
  const references = new Set(bom.components.map((component) => component['bom-ref']))
  assert.equal(references.size, bom.components.length)
  references.add(bom.metadata.component['bom-ref'])
  for (const { ref, dependsOn } of bom.dependencies) {
    for (const named of [ref, ...dependsOn]) assert.ok(references.has(named), named)
  }
})

test('every runtime dependency is in it, and none that is for development', () => {
  const { dependencies, devDependencies } = JSON.parse(
    readFileSync(join(packageRoot(), 'package.json'), 'utf8'),
  ) as Record<'dependencies' | 'devDependencies', Record<string, string>>
  const names = new Set(bom.components.map(({ name }) => name))
  for (const name of Object.keys(dependencies)) assert.ok(names.has(name), name)
  for (const name of ['typescript', '@biomejs/biome', 'oidc-provider']) {
    assert.ok(name in devDependencies)
    assert.ok(!names.has(name), name)
  }
})

test('the same lock file gives the same bytes, whatever the clock, language and time zone', () => {
  const again = written('b.json', {
    SOURCE_DATE_EPOCH: '1700000000',
    TZ: 'Asia/Shanghai',
    LC_ALL: 'tr_TR.UTF-8',
  })
  assert.equal(again, text)
})

test('the time is that of the last commit', () => {
  const { metadata } = JSON.parse(written('c.json', {})) as Bom
  const seconds = execFileSync('git', ['log', '-1', '--format=%ct'], { cwd: packageRoot(), encoding: 'utf8' })
  assert.equal(Date.parse(metadata.timestamp), Number(seconds) * 1_000)
})

test('a time that is no number of seconds is an error', () => {
  const { code, err } = script('sbom.js', [join(folder, 'e.json')], { SOURCE_DATE_EPOCH: 'yesterday' })
  assert.equal(code, 1)
  assert.match(err, /SOURCE_DATE_EPOCH is no number of seconds/)
})
