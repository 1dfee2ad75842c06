import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { argumentParsers } from '../../src/cli/arguments.js'
import { bytes, count, milliseconds, rate } from '../../src/cli/numbers.js'
import { Progress } from '../../src/cli/progress.js'
import { Screen } from '../../src/cli/screen.js'
import { languageOf, textsIn } from '../../src/cli/texts.js'
import { RecordedTerminal } from '../support/terminal.js'

describe('arguments', () => {
  const parse = argumentParsers(textsIn('en'))

  test('that are durations have a unit', () => {
    assert.equal(parse.duration('500ms'), 500)
    assert.equal(parse.duration('60s'), 60_000)
    assert.equal(parse.duration('1.5m'), 90_000)
    assert.equal(parse.duration('2h'), 7_200_000)
    for (const wrong of ['60', 's', '5 m', '-1s', '1d', '']) assert.throws(() => parse.duration(wrong))
  })

  test('that are counts are whole and above zero', () => {
    assert.equal(parse.positiveInteger('5000'), 5000)
    for (const wrong of ['0', '-1', '1.5', '1e3', 'x', '', '99999999999999999']) {
      assert.throws(() => parse.positiveInteger(wrong), wrong)
    }
  })

  test('that are factors are above zero', () => {
    assert.equal(parse.positiveNumber('0.5'), 0.5)
    for (const wrong of ['0', '-1', 'x', '1e3', 'Infinity'])
      assert.throws(() => parse.positiveNumber(wrong), wrong)
  })

  test('that are a quality of service are 0, 1 or 2', () => {
    assert.deepEqual(['0', '1', '2'].map(parse.qos), [0, 1, 2])
    assert.throws(() => parse.qos('3'))
  })

  test('that are addresses lose the slash at their end', () => {
    assert.equal(parse.httpUrl('http://127.0.0.1:8080/'), 'http://127.0.0.1:8080')
    for (const wrong of ['127.0.0.1:8080', 'mqtt://x', 'x']) assert.throws(() => parse.httpUrl(wrong), wrong)
  })
})

test('numbers are written for people', () => {
  assert.equal(count(1234567), '1,234,567')
  assert.deepEqual([0, 0.123, 12.34, 1234.5].map(rate), ['0', '0.123', '12.3', '1,235'])
  assert.deepEqual([0, 1023, 1536, 10 * 1024 ** 3].map(bytes), ['0 B', '1023 B', '1.5 KiB', '10.0 GiB'])
  assert.deepEqual([0, 950, 1500, 61_000, 3_720_000].map(milliseconds), [
    '0 ms',
    '950 ms',
    '1.5 s',
    '1 min 1 s',
    '1 h 2 min',
  ])
})

describe('the language', () => {
  const chosen: readonly (readonly [argv: string, environment: Record<string, string>, language: string])[] =
    [
      ['run', {}, 'en'],
      ['run', { LANG: 'zh_CN.UTF-8' }, 'zh'],
      ['run', { LANG: 'de_DE.UTF-8' }, 'en'],
      ['run', { LANG: 'zh_CN.UTF-8', LC_ALL: 'C' }, 'en'],
      ['run', { LANG: 'zh_CN.UTF-8', LC_ALL: '' }, 'zh'],
      ['run --lang en', { LANG: 'zh_CN.UTF-8' }, 'en'],
      ['--lang=zh run', {}, 'zh'],
    ]
  for (const [argv, environment, language] of chosen) {
    test(`of "${argv}" with ${JSON.stringify(environment)} is ${language}`, () => {
      assert.equal(languageOf(argv.split(' '), environment), language)
    })
  }
})

describe('progress', () => {
  test('is not shown in the first second, then redrawn on a terminal and taken off at the end', () => {
    const terminal = Object.assign(new RecordedTerminal(), { errIsTty: true, columns: 12 })
    let now = 0
    const progress = new Progress(terminal, () => now)
    now = 999
    progress.update(() => 'early')
    assert.equal(terminal.errors, '')
    now = 1_000
    progress.update(() => 'half of everything')
    now = 1_100
    progress.update(() => 'too soon')
    now = 1_300
    progress.update(() => 'all')
    progress.end()
    assert.equal(terminal.errors, '\r\x1b[2Khalf of ev…\r\x1b[2Kall\r\x1b[2K')
  })

  test('is a line now and then where there is no terminal', () => {
    const terminal = new RecordedTerminal()
    let now = 0
    const progress = new Progress(terminal, () => now)
    for (now = 0; now <= 12_000; now += 500) progress.update(() => `at ${now}`)
    progress.end()
    assert.equal(terminal.errors, 'at 1000\nat 6000\nat 11000\n')
  })
})

describe('a screen', () => {
  test('draws over what it drew before, no line wider than the terminal', () => {
    const terminal = Object.assign(new RecordedTerminal(), { outIsTty: true, columns: 8 })
    const screen = new Screen(terminal)
    screen.draw(['one', 'two'])
    screen.draw(['three and four'])
    screen.leave()
    screen.draw(['five'])
    assert.equal(terminal.output, 'one\ntwo\n\x1b[2F\x1b[0Jthree …\nfive\n')
  })

  test('writes plain lines where there is no terminal', () => {
    const terminal = new RecordedTerminal()
    const screen = new Screen(terminal)
    screen.draw(['one'])
    screen.draw(['two \x1b[2J'])
    assert.equal(terminal.output, 'one\ntwo \\u001b[2J\n')
  })
})
