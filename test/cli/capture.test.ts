import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { readCapture } from '../../src/intake/capture-file.js'
import { freePort } from '../support/ports.js'
import { RunningGateway } from '../support/running-gateway.js'
import { linegate, RecordedTerminal, startLinegate } from '../support/terminal.js'

const TOPIC = 'factory/s/a/l/d1/telemetry'

describe('linegate capture', () => {
  const directory = mkdtempSync(join(tmpdir(), 'linegate-capture-'))
  let gateway: RunningGateway
  before(async () => {
    gateway = await RunningGateway.start('')
  })
  after(async () => {
    await gateway.close()
    rmSync(directory, { recursive: true })
  })

  let files = 0
  const newFile = () => join(directory, `${files++}.jsonl`)

  function start(
    argv: readonly string[],
    signal = new AbortController().signal,
    language: 'en' | 'zh' = 'en',
  ) {
    const terminal = new RecordedTerminal()
    const ended = startLinegate(['capture', '--broker', gateway.mqttUrl, ...argv], terminal, signal, language)
    return { terminal, ended }
  }

  /** Again and again, since nobody outside knows when the subscription holds. */
  async function publishUntil(ended: Promise<number>, topic: string, payload: string): Promise<number> {
    let code: number | undefined
    void ended.then((exitCode) => {
      code = exitCode
    })
    while (code === undefined) {
      await gateway.publish(topic, payload)
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    return code
  }

  test('writes messages of its topics, so many, as try reads them', async () => {
    const out = newFile()
    const { ended, terminal } = start([
      '--topic',
      'other/#',
      '--topic',
      'factory/#',
      '--out',
      out,
      '--count',
      '3',
    ])
    assert.equal(await publishUntil(ended, TOPIC, '{"temp":21.5}'), 0)
    const messages = readCapture(readFileSync(out, 'utf8'), out)
    assert.deepEqual(
      messages.map(({ topic, payload }) => [topic, payload.toString()]),
      Array.from({ length: 3 }, () => [TOPIC, '{"temp":21.5}']),
    )
    assert.equal(terminal.errors, `3 messages captured in ${out}.\n`)
    const tried = await linegate(['try', '--capture', out])
    assert.equal(tried.exitCode, 0, tried.errors)
    assert.match(tried.output, /3 of 3 points would be stored/)
  })

  test('writes to standard output, and says what it did in Chinese', async () => {
    const { ended, terminal } = start(['--topic', '#', '--out', '-', '--count', '1'], undefined, 'zh')
    assert.equal(await publishUntil(ended, 'any/topic', 'x'), 0)
    assert.equal(readCapture(terminal.output, '-').length, 1)
    assert.match(terminal.errors, /[一-龥]/)
  })

  test('ends after its time with what came, and with 1 if nothing did', async () => {
    const out = newFile()
    const { ended } = start(['--topic', 'silent/#', '--out', out, '--duration', '300ms'])
    assert.equal(await ended, 1)
    assert.equal(readFileSync(out, 'utf8'), '')
  })

  test('ends when it is stopped, and what came until then is in the file', async () => {
    const out = newFile()
    const stop = new AbortController()
    const { ended } = start(['--topic', 'factory/#', '--out', out], stop.signal)
    const isThere = () => readCaptureIfThere(out).length > 0
    const stopped = publishUntil(ended, TOPIC, '{"temp":1}')
    while (!isThere()) await new Promise((resolve) => setTimeout(resolve, 5))
    stop.abort()
    assert.equal(await stopped, 0)
    assert.ok(isThere())
  })

  test('a file that cannot be written is an error, not a crash', async () => {
    const { ended, terminal } = start(['--topic', '#', '--out', join(directory, 'no', 'such', 'folder')])
    assert.equal(await ended, 1)
    assert.match(terminal.errors, /LG_CAPTURE_FAILED/)
  })

  test('a topic filter that is none is an error', async () => {
    const { ended, terminal } = start(['--topic', 'a/#/b', '--out', newFile()])
    assert.equal(await ended, 1)
    assert.match(terminal.errors, /LG_CAPTURE_FAILED/)
  })

  test('a broker that is not there is an error', async () => {
    const broker = `mqtt://127.0.0.1:${await freePort()}`
    const { exitCode, errors } = await linegate(['capture', '--topic', '#', '--out', '-', '--broker', broker])
    assert.equal(exitCode, 1)
    assert.match(errors, /LG_BROKER_UNREACHABLE/)
  })

  test('a broker that goes away is an error; what came until then is in the file', async () => {
    const passing = await RunningGateway.start('')
    const out = newFile()
    const terminal = new RecordedTerminal()
    const argv = ['capture', '--broker', passing.mqttUrl, '--topic', '#', '--out', out]
    const ended = startLinegate(argv, terminal, new AbortController().signal)
    while (readCaptureIfThere(out).length === 0) await passing.publish(TOPIC, '{"temp":1}')
    await passing.close()
    assert.equal(await ended, 1)
    assert.match(terminal.errors, /LG_BROKER_UNREACHABLE/)
    assert.ok(readCaptureIfThere(out).length > 0)
  })
})

function readCaptureIfThere(file: string): readonly unknown[] {
  try {
    return readCapture(readFileSync(file, 'utf8'), file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}
