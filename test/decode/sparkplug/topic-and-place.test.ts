import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { DEFAULT_PLACE, Place } from '../../../src/decode/sparkplug/place.js'
import { parseTopic } from '../../../src/decode/sparkplug/topic.js'
import { pathOf } from '../../../src/devices/device-path.js'
import { DeviceRegistry } from '../../../src/devices/registry.js'
import { Decoding } from '../../support/sparkplug-decoding.js'
import { openState, removeDirectory, temporaryDirectory } from '../../support/state.js'

describe('topics', () => {
  test('each message type is read with its group, edge node and device', () => {
    for (const type of ['NBIRTH', 'NDEATH', 'NDATA', 'NCMD'])
      assert.deepEqual(parseTopic(`spBv1.0/G/${type}/N`), { type, group: 'G', node: 'N', device: '' })
    for (const type of ['DBIRTH', 'DDEATH', 'DDATA', 'DCMD'])
      assert.deepEqual(parseTopic(`spBv1.0/G/${type}/N/D`), { type, group: 'G', node: 'N', device: 'D' })
    assert.deepEqual(parseTopic('spBv1.0/STATE/host'), { type: 'STATE', group: '', node: 'host', device: '' })
  })

  test('a device where none may be, or none where one must, is no topic of Sparkplug', () => {
    const wrong = [
      'spBv1.0/G/NDATA/N/D',
      'spBv1.0/G/DDATA/N',
      'spBv1.0/G/DDATA/N/',
      'spBv1.0/G/DDATA/N/D/E',
      'spBv1.0/G/NDATA/',
      'spBv1.0//NDATA/N',
      'spBv1.0/G/NOTHING/N',
      'spBv1.0/G/ndata/N',
      'spBv1.0/STATE/host/more',
      'spBv1.0/STATE/',
      'spAv1.0/G/NDATA/N',
      'spBv1.0',
    ]
    for (const topic of wrong) assert.equal(parseTopic(topic), undefined, topic)
    assert.equal(new Decoding().take('spBv1.0/G/DDATA/N', {}), 'malformed')
  })

  test('ids may hold any characters but the separators of topics', () => {
    const parsed = parseTopic('spBv1.0/工厂 1/DDATA/节点/设备 α')
    assert.deepEqual(parsed, { type: 'DDATA', group: '工厂 1', node: '节点', device: '设备 α' })
  })

  test('commands and STATE are ordinary traffic, and have no points', () => {
    const { decoder } = new Decoding()
    const ordinary = ['spBv1.0/G/NCMD/N', 'spBv1.0/G/DCMD/N/D', 'spBv1.0/STATE/host']
    for (const topic of ordinary) {
      assert.equal(decoder.isTelemetry(topic), false, topic)
      assert.deepEqual(new Decoding().take(topic, Buffer.from('no protobuf at all')), [], topic)
    }
    assert.equal(decoder.isTelemetry('spBv1.0/G/NDATA/N'), true)
    assert.equal(decoder.deviceOf('spBv1.0/STATE/host'), undefined)
  })
})

describe('places', () => {
  test('by default a device stands below its edge node, and the edge node below its group', () => {
    const { decoder } = new Decoding()
    assert.deepEqual(decoder.deviceOf('spBv1.0/G/DDATA/N/D'), { site: 'G', area: '', line: 'N', device: 'D' })
    assert.deepEqual(decoder.deviceOf('spBv1.0/G/NDATA/N'), { site: 'G', area: '', line: '', device: 'N' })
  })

  test('an edge node and its devices are devices side by side in the registry', (t) => {
    const directory = temporaryDirectory()
    const state = openState(directory)
    t.after(async () => {
      await state.close()
      removeDirectory(directory)
    })
    const registry = new DeviceRegistry(state)
    const place = new Place(DEFAULT_PLACE)
    const node = registry.meet(place.of('G', 'N', '')).device
    const first = registry.meet(place.of('G', 'N', 'D1')).device
    const second = registry.meet(place.of('G', 'N', 'D2')).device
    assert.deepEqual([node.path, first.path, second.path], ['G/N', 'G/N/D1', 'G/N/D2'])
    assert.equal(new Set([node.slot, first.slot, second.slot]).size, 3)
    assert.equal(registry.meet(place.of('G', 'N', '')).device.slot, node.slot)
    assert.deepEqual([...registry.tree.slotsUnder('G/N')].sort(), [node.slot, first.slot, second.slot].sort())
  })

  test('templates say where devices stand', () => {
    const place = new Place({ site: 'ningbo', area: '{group}', line: '{node}', device: '{node}.{device}' })
    assert.equal(pathOf(place.of('G', 'N', 'D')), 'ningbo/G/N/N.D')
    assert.equal(pathOf(place.of('G', 'N', '')), 'ningbo/G/N')
    assert.equal(place.of('G', 'N', 'D'), place.of('G', 'N', 'D'), 'the same address is the same object')
  })
})
