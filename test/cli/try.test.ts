import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { linegate } from '../support/terminal.js'

const MAIN = fileURLToPath(new URL('../../src/main.js', import.meta.url))
const TOPIC = 'plant/l1/d1/data'

describe('linegate try', () => {
  const directory = mkdtempSync(join(tmpdir(), 'linegate-try-'))
  after(() => rmSync(directory, { recursive: true }))

  function file(name: string, content: string | Buffer): string {
    const path = join(directory, name)
    writeFileSync(path, content)
    return path
  }

  const config = file(
    'gateway.yaml',
    `
routes:
  - topic: plant/{line}/{device}/data
    decoder: json
    mapping:
      records: { at: 'values[*]', field: name, value: v, time: { from: ts, unit: ms }, quality: { from: q, good: [192], otherwise: deadLetter } }
  - { topic: 'single/{device}/+', decoder: value }
quality: { fields: { temp: { range: { max: 100 } } } }
`,
  )

  const tryPayload = (payload: string | Buffer, language: 'en' | 'zh' = 'en', ...more: string[]) =>
    linegate(['try', '-c', config, '--topic', TOPIC, '--payload', file('m.json', payload), ...more], language)

  const GOOD = {
    values: [
      { name: 'temp', v: 21.5, ts: 1_763_740_800_000, q: 192 },
      { name: '状态', v: '运行', ts: 1_763_740_800_000, q: 192 },
      { name: 'p', v: 3, ts: 1_763_740_800_000, q: 0 },
      { name: 'temp', v: 210, ts: 1_763_740_801_000, q: 192 },
    ],
  }

  test('shows each point, what becomes of it and why', async () => {
    const { exitCode, output, errors } = await tryPayload(JSON.stringify(GOOD))
    assert.equal(exitCode, 0, errors)
    assert.equal(
      output,
      [
        'plant/l1/d1/data',
        '  route plant/{line}/{device}/data (json)',
        '  + telemetry  l1/d1  2025-11-21T16:00:00.000000000Z (time of the device)',
        '      temp  21.5  float',
        '      状态  "运行"  string',
        '  ! telemetry  l1/d1  2025-11-21T16:00:00.000000000Z (time of the device)',
        '      p  3  float',
        '      dead-lettered (bad_quality): quality is 0',
        '  ! telemetry  l1/d1  2025-11-21T16:00:01.000000000Z (time of the device)',
        '      temp  210  float',
        '      dead-lettered (value_out_of_bounds): field temp: 210 is out of bounds: at most 100',
        '',
        '',
      ].join('\n'),
    )
  })

  test('says it in Chinese', async () => {
    const { output } = await tryPayload(JSON.stringify(GOOD), 'zh')
    assert.match(output, /^ {2}路由 plant\/\{line\}\/\{device\}\/data \(json\)$/m)
    assert.match(output, /设备时间/)
    const { output: failed } = await tryPayload('{', 'zh')
    assert.match(failed, /错误\[malformed\]/)
  })

  test('shows a failure as a compiler does: what, where in the document, and the place in the text', async () => {
    const payload = '{"values":[\n  {"name":"温度","v":1,"ts":"yesterday","q":192}]}'
    const { exitCode, output } = await tryPayload(payload)
    assert.equal(exitCode, 1)
    assert.equal(
      output,
      [
        'plant/l1/d1/data',
        '  route plant/{line}/{device}/data (json)',
        '  error[bad_timestamp]: yesterday is no timestamp in unit ms',
        '   --> values[0].ts',
        '     |',
        '   2 |   {"name":"温度","v":1,"ts":"yesterday","q":192}]}',
        `     | ${' '.repeat('  {"name":"温度","v":1,"ts":'.length + 2)}^`,
        '',
        '',
      ].join('\n'),
    )
  })

  test('of a long line it shows the part around the place', async () => {
    const payload = `{"filler":"${'f'.repeat(500)}","values":[{"name":"t","v":1,"ts":"yesterday","q":192}]}`
    const { output } = await tryPayload(payload)
    const [shown, mark] = output.split('\n').slice(5) as [string, string]
    assert.ok(shown.length < 120, shown)
    assert.equal(shown.slice(mark.indexOf('^')).slice(0, 10), '"yesterday')
  })

  test('what devices send cannot drive the terminal', async () => {
    const { output } = await tryPayload(
      '{"values":[{"name":"\\u001b[31m","v":"\\u0007","q":192}],"x":\u001b}',
    )
    const { output: shown } = await tryPayload('{"values":[{"name":"\\u001b[31m","v":"\\u0007","q":192}]}')
    for (const control of ['\u001b', '\u0007']) assert.ok(!`${output}${shown}`.includes(control))
  })

  test('a message that no route takes is ordinary traffic, and exits with 1', async () => {
    const payload = file('p', '1')
    const { exitCode, output } = await linegate(['try', '-c', config, '--topic', 'x', '--payload', payload])
    assert.equal(exitCode, 1)
    assert.match(output, /^x\n {2}No route matches this topic/)
  })

  test('as JSON it is what the gateway answers', async () => {
    const { output } = await tryPayload(JSON.stringify(GOOD), 'en', '--json')
    const [result] = JSON.parse(output) as { points: { outcome: string; reason: string }[] }[]
    assert.deepEqual(
      result!.points.map(({ outcome, reason }) => [outcome, reason]),
      [
        ['stored', ''],
        ['deadLettered', 'bad_quality'],
        ['deadLettered', 'value_out_of_bounds'],
      ],
    )
  })

  test('of compressed text it names the path, and no line of what is not text', async () => {
    const bad = '{"values":[{"name":"t","v":1,"ts":"yesterday","q":192}]}'
    const { exitCode, output } = await tryPayload(gzipSync(bad))
    assert.equal(exitCode, 1)
    assert.match(output, / --> values\[0\]\.ts\n\n$/)
  })

  test('reads a capture, and sums up', async () => {
    const line = (topic: string, payload: string) =>
      `${JSON.stringify({ time: '2026-01-31T08:00:00Z', topic, qos: 1, retain: false, payload })}\n`
    const capture = file(
      'c.jsonl',
      line(TOPIC, JSON.stringify(GOOD)) + line('single/d/temp', '20') + line(TOPIC, '{') + line('x', ''),
    )
    const { exitCode, output } = await linegate(['try', '-c', config, '--capture', capture])
    assert.equal(exitCode, 1)
    assert.match(output, /2026-01-31T08:00:00\.000000000Z \(time of arrival\)/)
    assert.match(
      output,
      /\n4 messages: 1 could not be read, 1 without a route; 2 of 4 points would be stored\.\n$/,
    )
    const fine = file('fine.jsonl', line('single/d/temp', '20'))
    assert.equal((await linegate(['try', '-c', config, '--capture', fine])).exitCode, 0)
  })

  test('reads standard input', () => {
    const argv = [MAIN, '--lang', 'en', 'try', '-c', config, '--topic', 'single/d1/temp', '--payload', '-']
    const { status, stdout, stderr } = spawnSync(process.execPath, argv, {
      encoding: 'utf8',
      input: '21.5\n',
    })
    assert.equal(status, 0, stderr)
    assert.match(stdout, /\+ telemetry {2}d1 .*\n {6}temp {2}21\.5 {2}float\n/)
  })

  for (const [name, argv, code] of [
    ['without a message', [], 'LG_TRY_INPUT_MISSING'],
    ['without a payload', ['--topic', 'x'], 'LG_TRY_INPUT_MISSING'],
    ['with a file that is not there', ['--topic', 'x', '--payload', '/nowhere'], 'LG_CAPTURE_UNREADABLE'],
    ['with a capture that is none', ['--capture', config], 'LG_CAPTURE_INVALID'],
    ['with a capture and a message', ['--capture', config, '--topic', 'x'], 'LG_TRY_INPUT_MISSING'],
  ] as const) {
    test(`${name} it exits with 2 and says what to do`, async () => {
      const { exitCode, errors } = await linegate(['try', '-c', config, ...argv])
      assert.equal(exitCode, 2)
      assert.match(errors, new RegExp(code))
    })
  }

  test('a configuration that is not valid is reported with its places', async () => {
    const bad = file('bad.yaml', "routes:\n  - { topic: 'a/{device}', decoder: jsn }\n")
    const { exitCode, errors } = await linegate(['try', '-c', bad, '--topic', 'x', '--payload', config])
    assert.equal(exitCode, 2)
    assert.match(errors, /routes\[0\]\.decoder.*line 2/)
  })
})
