import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { ERRORS } from '../../src/core/errors.js'
import { packageRoot } from '../support/package-root.js'
import { directivesOf } from './unit-file.js'

const text = readFileSync(join(packageRoot(), 'deploy', 'linegate.service'), 'utf8')
const directives = directivesOf(text)
const folder = mkdtempSync(join(tmpdir(), 'linegate-unit-'))
after(() => rmSync(folder, { recursive: true, force: true }))

/** What a unit must not lose unnoticed. */
const REQUIRED = {
  User: 'linegate',
  UMask: '0077',
  NoNewPrivileges: 'yes',
  CapabilityBoundingSet: '',
  AmbientCapabilities: '',
  ProtectSystem: 'strict',
  ProtectHome: 'yes',
  PrivateTmp: 'yes',
  PrivateDevices: 'yes',
  PrivateUsers: 'yes',
  StateDirectory: 'linegate',
  StateDirectoryMode: '0700',
  ProtectKernelTunables: 'yes',
  ProtectKernelModules: 'yes',
  ProtectKernelLogs: 'yes',
  ProtectControlGroups: 'yes',
  ProtectClock: 'yes',
  ProtectHostname: 'yes',
  RestrictNamespaces: 'yes',
  RestrictRealtime: 'yes',
  RestrictSUIDSGID: 'yes',
  LockPersonality: 'yes',
  RestrictAddressFamilies: 'AF_INET AF_INET6 AF_UNIX',
  SystemCallArchitectures: 'native',
  LimitCORE: '0',
} as const

describe('the systemd unit', () => {
  for (const [key, value] of Object.entries(REQUIRED)) {
    test(`has ${key}=${value}`, () => assert.deepEqual(directives.get(key), [value]))
  }

  test('lets system calls through by a list, without those for the privileged', () => {
    assert.deepEqual(directives.get('SystemCallFilter'), ['@system-service @pkey', '~@privileged @resources'])
  })

  test('has nothing that a gateway in JavaScript cannot live with', () => {
    assert.equal(directives.has('MemoryDenyWriteExecute'), false)
    assert.equal(directives.has('WatchdogSec'), false)
    assert.ok(Number(directives.get('LimitNOFILE')) > 100_000)
  })

  test('does not try again with a configuration that cannot be', () => {
    assert.deepEqual(directives.get('RestartPreventExitStatus'), [String(ERRORS.LG_CONFIG_INVALID.exitCode)])
  })
})

const unit = join(folder, 'linegate.service')
writeFileSync(unit, text.replace('/usr/bin/node', process.execPath))

test('systemd-analyze verify finds nothing to say about the unit', () => {
  const { status, stdout, stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', unit], {
    encoding: 'utf8',
  })
  // Other units of the machine may have faults of their own.
  const said = `${stdout}${stderr}`.split('\n').filter((line) => line.includes('linegate'))
  assert.deepEqual(said, [])
  assert.notEqual(status, null)
})

test('systemd-analyze security counts its exposure as 1.5 or less of 10', () => {
  const args = ['security', '--offline=yes', '--threshold=15', '--no-pager', unit]
  const { status, stdout, stderr } = spawnSync('systemd-analyze', args, { encoding: 'utf8' })
  assert.match(stdout, /Overall exposure level/, stderr)
  assert.equal(status, 0, stdout)
})

test('the wrapper for commands is a script that any shell reads, and drops all privileges', () => {
  const wrapper = join(packageRoot(), 'deploy', 'linegate-as-service')
  const { status, stderr } = spawnSync('sh', ['-n', wrapper], { encoding: 'utf8' })
  assert.equal(status, 0, stderr)
  const script = readFileSync(wrapper, 'utf8')
  assert.match(script, /exec setpriv --reuid=linegate --regid=linegate --init-groups --no-new-privs/)
  assert.equal(directives.get('ExecStart')?.[0]?.includes('/opt/linegate/bin/linegate.js'), true)
  assert.match(script, /\/opt\/linegate\/bin\/linegate\.js "\$@" --config \/etc\/linegate\/gateway\.yaml/)
})
