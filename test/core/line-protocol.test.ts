import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  encodePoint,
  escapeMeasurement,
  escapeName,
  quoteString,
  seriesKey,
} from '../../src/core/line-protocol.js'
import { batchOf } from '../support/points.js'

test('a point is one line: series, fields by type, time', () => {
  const batch = batchOf([
    {
      measurement: '',
      tags: [],
      time: '',
      fields: [
        ['temperature', 'float', '213.4'],
        ['parts', 'integer', '9223372036854775807'],
        ['running', 'boolean', 'true'],
        ['order no', 'string', 'say "a\\b"'],
      ],
    },
  ])
  assert.equal(
    encodePoint(batch, 0, 'telemetry,device=imm-01', '17'),
    'telemetry,device=imm-01 temperature=213.4,parts=9223372036854775807i,running=true,order\\ no="say \\"a\\\\b\\"" 17\n',
  )
})

test('each point of a batch is encoded with its own fields', () => {
  const fields = (name: string) => [[name, 'float', '1']] as const
  const batch = batchOf([
    { measurement: '', tags: [], time: '', fields: fields('a') },
    { measurement: '', tags: [], time: '', fields: fields('b') },
  ])
  assert.equal(encodePoint(batch, 0, 'm', '1'), 'm a=1 1\n')
  assert.equal(encodePoint(batch, 1, 'm', '2'), 'm b=1 2\n')
})

test('tags stand in the order of their names, empty ones are left out', () => {
  const tags = [
    { name: 'site', value: '宁波' },
    { name: 'area', value: '' },
    { name: 'device', value: 'imm 01' },
  ]
  assert.equal(seriesKey('tele metry', tags), 'tele\\ metry,device=imm\\ 01,site=宁波')
})

test('names are escaped as far as line protocol can, and changed where it cannot', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['plain', 'plain'],
    ['a,b=c d', 'a\\,b\\=c\\ d'],
    ['C:\\temp', 'C:\\temp'],
    ['C:\\temp\\', 'C:\\temp/'],
    ['a\\ b\\=', 'a/\\ b/\\='],
    ['a\\"', 'a/"'],
    ['\tline\r\nfeed', '\\ line\\ feed'],
    ['time', 'time_'],
    ['Time', 'Time'],
  ]
  for (const [name, escaped] of cases) assert.equal(escapeName(name), escaped)
})

test('a measurement that would begin a comment gets an underscore', () => {
  assert.equal(escapeMeasurement('#1 press'), '_#1\\ press')
  assert.equal(escapeMeasurement('press #1'), 'press\\ #1')
  assert.equal(escapeMeasurement('time'), 'time')
})

test('strings keep every character', () => {
  assert.equal(quoteString('two\nlines, "quoted" \\ \0 = 注塑'), '"two\nlines, \\"quoted\\" \\\\ \0 = 注塑"')
})
