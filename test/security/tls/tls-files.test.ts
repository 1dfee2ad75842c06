import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { parseList } from '../../../src/security/tls/revocation-list.js'
import { loadTls } from '../../../src/security/tls/tls-files.js'
import { Authority } from '../../support/authority.js'
import { BrokerRig } from '../../support/broker-rig.js'

const HOST = '127.0.0.1'
const directory = mkdtempSync(join(tmpdir(), 'linegate-tls-files-'))
const plant = new Authority(join(directory, 'plant'))
const other = new Authority(join(directory, 'other'), 'other')
const server = plant.issue('server', { purpose: 'serverAuth', days: 400 })
after(() => rmSync(directory, { recursive: true, force: true }))

function written(name: string, text: string): string {
  const file = join(directory, name)
  writeFileSync(file, text)
  return file
}

test('each file that cannot be used is named, with the reason', () => {
  const none = join(directory, 'none.pem')
  const noise = written('noise.pem', 'no PEM at all')
  const foreignKey = other.issue('server').keyFile
  const good = { ...server, caFile: plant.caFile }
  const wrong: readonly (readonly [string, Parameters<typeof loadTls>[0], RegExp])[] = [
    ['certFile', { ...good, certFile: none }, /ENOENT/],
    ['certFile', { ...good, certFile: noise }, /no certificate/],
    ['certFile', { ...good, certFile: server.keyFile }, /no certificate/],
    ['keyFile', { ...good, keyFile: noise }, /./],
    ['keyFile', { ...good, keyFile: foreignKey }, /is not the key of certFile/],
    ['caFile', { ...good, caFile: none }, /ENOENT/],
    ['caFile', { ...good, caFile: noise }, /no certificate/],
    ['crlFile', { ...good, crlFile: none }, /ENOENT/],
    ['crlFile', { ...good, crlFile: plant.caFile }, /no revocation list/],
    [
      'crlFile',
      { ...good, crlFile: written('bad.crl', '-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n') },
      /DER/,
    ],
  ]
  for (const [key, files, cause] of wrong) {
    const file = files[key as 'certFile']
    assert.throws(
      () => loadTls(files),
      ({ message }: Error) => message.startsWith(`${key} ${file}`) && cause.test(message),
      `${key} ${file}`,
    )
  }
  loadTls(good)
})

test('the lists of several authorities in one file count together', () => {
  for (const authority of [plant, other]) {
    authority.issue('gone')
    authority.revoke('gone')
  }
  const lists = [plant.list(), other.list()].map((file) => readFileSync(file, 'utf8'))
  const crlFile = written('both.crl', lists.join(''))
  const { context, revoked } = loadTls({ ...server, caFile: plant.caFile, crlFile })
  assert.equal(revoked.size, 2)
  assert.equal((context.crl as string[]).length, 2)
})

test('a list says when the next one is due', () => {
  const { nextUpdateMs } = parseList(readFileSync(plant.list(), 'utf8'))
  const days = (nextUpdateMs! - Date.now()) / 86_400_000
  assert.ok(days > 29.9 && days <= 30, `${days}`)
})

test('a list that is cut anywhere is refused, and hangs nobody', () => {
  const pem = readFileSync(plant.list(), 'utf8')
  const der = Buffer.from(pem.replace(/-----[^-]+-----|\s/g, ''), 'base64')
  for (let length = 0; length < der.length; length++) {
    assert.throws(() => parseList(der.subarray(0, length).toString('base64')), `${length} bytes`)
  }
})

test('a certificate that expires within 30 days is told of at the start, with the days left', async () => {
  const soon = plant.issue('soon', { purpose: 'serverAuth', days: 5 })
  const over = plant.issue('over', { purpose: 'serverAuth', days: -2 })
  const common = { protocol: 'mqtts', host: HOST, port: 0 } as const
  const rig = await BrokerRig.start({
    listeners: [
      { ...common, tls: server },
      { ...common, tls: soon },
      { ...common, tls: over },
    ],
  })
  assert.deepEqual(
    rig.logged('LG_TLS_EXPIRING').map(({ level, fields }) => [level, fields.file, fields.daysLeft]),
    [
      ['warn', soon.certFile, 4],
      ['warn', over.certFile, -3],
    ],
  )
  assert.match(rig.logged('LG_TLS_EXPIRING')[0]!.message, /soon\.crt: CN=soon expires in 4 day/)
  await rig.remove()
})
