import assert from 'node:assert/strict'
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { connectAsync } from 'mqtt'
import { eventually, freePort } from '../support/ports.js'

const MAIN = fileURLToPath(new URL('../../src/main.js', import.meta.url))
/** A mount namespace of one's own, in a user namespace: containers may forbid it. */
const NAMESPACE = ['--user', '--map-root-user', '--mount']

/**
 * What the unit does to files, done by hand: all file systems read-only but the state directory, no privileges, no way to get
 * any, files for nobody else. It tries both sides of the wall first.
 */
const CONFINED = `
set -eu
state="$1"; shift
mount --bind "$state" "$state"
export TMPDIR="$state/tmp"
awk '{ print $5 }' /proc/self/mountinfo | while read -r at; do
  case "$at" in "$state"|/proc|/proc/*|/sys|/sys/*|/dev|/dev/*) ;; *) mount -o remount,bind,ro "$at" 2>/dev/null || : ;; esac
done
mount -o remount,bind,noexec "$state"
umask 0077
if touch "/etc/linegate-was-here" 2>/dev/null; then echo "the system can be written"; exit 99; fi
touch "$state/tried"
exec setpriv --no-new-privs --bounding-set=-all --inh-caps=-all -- prlimit --core=0 "$@"
`

if (spawnSync('unshare', [...NAMESPACE, 'true']).status === 0) {
  describe('a gateway confined as by the unit', () => {
    const folder = mkdtempSync(join(tmpdir(), 'linegate-confined-'))
    const state = join(folder, 'state')
    let child: ChildProcess
    let log = ''
    let mqttPort: number
    let httpPort: number

    before(async () => {
      mkdirSync(join(state, 'tmp'), { recursive: true })
      mqttPort = await freePort()
      httpPort = await freePort()
      const config = join(folder, 'gateway.yaml')
      writeFileSync(
        config,
        `gateway: { dataDirectory: '${state}' }
mqtt: { listeners: [ { protocol: mqtt, port: ${mqttPort} } ] }
http: { port: ${httpPort} }
sinks: [ { name: local, type: duckdb } ]
`,
      )
      child = spawn(
        'unshare',
        [...NAMESPACE, 'sh', '-c', CONFINED, 'sh', state, process.execPath, MAIN, 'run', '--config', config],
        { cwd: tmpdir(), stdio: ['ignore', 'ignore', 'pipe'] },
      )
      child.stderr?.setEncoding('utf8').on('data', (text: string) => {
        log += text
      })
      await eventually('the gateway is ready', async () => {
        if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}:\n${log}`)
        const answer = await fetch(`http://127.0.0.1:${httpPort}/readyz`).catch(() => undefined)
        return answer?.ok === true ? true : undefined
      })
    })

    after(async () => {
      if (child.exitCode === null) {
        child.kill('SIGKILL')
        await once(child, 'exit')
      }
      rmSync(folder, { recursive: true, force: true })
    })

    test('takes, stores and reads a message', async () => {
      const client = await connectAsync(`mqtt://127.0.0.1:${mqttPort}`)
      await client.publishAsync('factory/a/b/c/d-1/telemetry', '{"x":7}', { qos: 1 })
      await client.endAsync()
      const rows = await eventually('the point is stored', async () => {
        const answer = await fetch(`http://127.0.0.1:${httpPort}/api/v1/history?device=d-1&field=x&from=-1h`)
        const { rows } = (await answer.json()) as { rows?: { value: number }[] }
        return rows?.length === 1 ? rows : undefined
      })
      assert.equal(rows[0]?.value, 7)
    })

    test('can get no privileges, and leaves no memory on disk', () => {
      const status = readFileSync(`/proc/${child.pid}/status`, 'utf8')
      assert.match(status, /^NoNewPrivs:\t1$/m)
      assert.match(status, /^CapBnd:\t0+$/m)
      assert.match(readFileSync(`/proc/${child.pid}/limits`, 'utf8'), /^Max core file size\s+0\s+0/m)
    })

    test('writes files that nobody else can read', () => {
      const open = readdirSync(state, { recursive: true, encoding: 'utf8' })
        .filter((name) => name !== 'tmp')
        .filter((name) => (statSync(join(state, name)).mode & 0o077) !== 0)
      assert.deepEqual(open, [])
    })

    test('reads its configuration again, and ends in order', async () => {
      child.kill('SIGHUP')
      await eventually('the reload is logged', () => (log.includes('was read again') ? true : undefined))
      child.kill('SIGTERM')
      const [code] = (await once(child, 'exit')) as [number | null]
      assert.equal(code, 0, log)
    })
  })
} else
  console.error(
    'NOT RUN: the gateway in the sandbox of its unit. This machine gives no namespaces (unshare).',
  )
