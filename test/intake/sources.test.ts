import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Device } from '../../src/core/device.js'
import type { StateStore } from '../../src/core/state.js'
import { LatestValueStore } from '../../src/devices/latest-values.js'
import { DeviceRegistry } from '../../src/devices/registry.js'
import type { Route } from '../../src/intake/route.js'
import { Sources } from '../../src/intake/sources.js'
import { passThrough } from '../../src/quality/quality.js'
import { placeOf, qualitiesOf, route } from '../support/ingest-rig.js'
import { openState, removeDirectory, temporaryDirectory } from '../support/state.js'

const LIMIT = 20

describe('sources', () => {
  let directory: string
  let state: StateStore
  before(() => {
    directory = temporaryDirectory()
    state = openState(directory)
  })
  after(async () => {
    await state.close()
    removeDirectory(directory)
  })

  function sourcesOf(routes: readonly Route[], met: Device[] = []): Sources {
    const devices = new DeviceRegistry(state)
    return new Sources(
      { routes, qualities: qualitiesOf(passThrough) },
      {
        devices: placeOf(devices),
        latest: new LatestValueStore(),
        isRejected: (slot) => devices.isRejected(slot),
        onNewDevice: (device) => met.push(device),
        perGeneration: LIMIT,
      },
    )
  }

  test('the first route that matches counts', () => {
    const [first, second] = [route('f/{device}/x'), route('f/{device}/#', 'value')]
    const sources = sourcesOf([first, second])
    assert.equal(sources.identify('f/d/x', 'c')!.decoder, first.decoder)
    assert.equal(sources.identify('f/d/y', 'c')!.decoder, second.decoder)
    assert.equal(sources.identify('g/d/y', 'c'), undefined)
    assert.equal(sources.identify('g/d/y', 'c'), undefined)
  })

  test('a topic is looked up once, and a device is announced once', () => {
    const met: Device[] = []
    const sources = sourcesOf([route('f/{device}/#')], met)
    const source = sources.identify('f/d/x', 'c1')
    assert.equal(sources.identify('f/d/x', 'c2'), source)
    assert.notEqual(sources.identify('f/d/y', 'c1'), source)
    assert.equal(sources.identify('f/d/y', 'c1')!.device, source!.device)
    assert.deepEqual(
      met.map(({ path }) => path),
      ['d'],
    )
  })

  test('clients that share a topic have sources of their own, whatever their ids are', () => {
    const sources = sourcesOf([route('#')])
    const calls = [
      ['1', '1 x'],
      ['11', ' x'],
      ['1 1', 'x'],
      ['', '11 x'],
    ] as const
    const found = calls.map(([clientId, topic]) => sources.identify(topic, clientId)!)
    assert.equal(new Set(found).size, calls.length)
    calls.forEach(([clientId, topic], i) => {
      assert.equal(sources.identify(topic, clientId), found[i])
      assert.equal(found[i]!.device.device, clientId)
    })
  })

  test('what is remembered is bounded, whatever topics and clients come', () => {
    const sources = sourcesOf([route('f/{device}'), route('shared/#')])
    for (let n = 0; n < 500; n++) {
      sources.identify(`f/${n}`, 'c')
      sources.identify(`shared/${n % 3}`, `client ${n}`)
      sources.identify(`shared/${n}`, 'c')
      sources.identify(`other/${n}`, 'c')
      assert.ok(sources.size <= 4 * LIMIT, `${sources.size} remembered after ${n}`)
    }
  })

  test('a topic in use stays remembered, a forgotten one is the same device again', () => {
    const met: Device[] = []
    const sources = sourcesOf([route('f/{device}')], met)
    const used = sources.identify('f/used', 'c')
    const unused = sources.identify('f/unused', 'c')!
    for (let n = 0; n < 10 * LIMIT; n++) {
      sources.identify(`f/${n}`, 'c')
      if (n % 5 === 0) assert.equal(sources.identify('f/used', 'c'), used)
    }
    const again = sources.identify('f/unused', 'c')!
    assert.notEqual(again, unused)
    assert.equal(again.device, unused.device)
    assert.equal(met.filter(({ device }) => device === 'unused').length, 1)
  })

  test('series are built once; beyond a limit they are built, but not kept', () => {
    const source = sourcesOf([route('f/{site}/{device}')]).identify('f/s/d', 'c')!.own
    const tags = (value: string) => [{ name: 'channel', value }]
    assert.equal(source.series('', []), source.series('', []))
    assert.equal(source.series('', []).key, 'telemetry,device=d,site=s')
    assert.equal(source.series('m', tags('1')), source.series('m', tags('1')))
    for (let n = 0; n < 2_000; n++) {
      assert.equal(source.series('m', tags(String(n))).key, `m,channel=${n},device=d,site=s`)
    }
    assert.notEqual(source.series('m', tags('1999')), source.series('m', tags('1999')))
  })

  test('tags of the device win over tags of the payload, unless the device has none', () => {
    const source = sourcesOf([route('f/{device}')]).identify('f/d', 'c')!.own
    const tags = [
      { name: 'device', value: 'fake' },
      { name: 'site', value: 'real' },
    ]
    assert.equal(source.series('', tags).key, 'telemetry,device=d,site=real')
  })
})
